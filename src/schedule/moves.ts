/** An actor goes to another worker, with all that it keeps. */
export interface ActorMove {
  readonly type: 'actor'
  /** Number and name of its task's first operator; `index` is its instance. */
  readonly task: number
  readonly operator: string
  readonly index: number
  /** Workers. */
  readonly from: number
  readonly to: number
}

/** Key groups go from one instance of an operator to another one. */
export interface KeyGroupMove {
  readonly type: 'key-groups'
  readonly task: number
  readonly operator: string
  /** Numbers of key groups, ascending. */
  readonly keyGroups: readonly number[]
  readonly fromIndex: number
  readonly toIndex: number
}

export type Move = ActorMove | KeyGroupMove

/** What was measured of one actor over an interval. */
export interface ActorLoad {
  /** Share of a worker's time, 0 to 1. */
  readonly busyShare: number
  /** By key group, how its work is divided; only relations count. Absent: not known, which counts as evenly. */
  readonly keyGroupWeights?: ArrayLike<number>
}

export interface Loads {
  /** Time of a clock that does not go back. */
  readonly atMs: number
  /** By actor number; absent for those that nothing is known of, as those of the app thread. */
  readonly actors: ReadonlyMap<number, ActorLoad>
}

/** Who is where at present. */
export interface Places {
  /** By actor number: its worker. */
  readonly threads: readonly number[]
  /** By task whose key groups may move: the owner (instance) of each key group. */
  readonly owners: ReadonlyMap<number, ArrayLike<number>>
}

/** What the decision remembers from one time to the next. */
export interface MoveHistory {
  /** Since when the workers have been uneven; null: they are not. */
  readonly unevenSinceMs: number | null
  /** When something was moved last; null: never. */
  readonly movedAtMs: number | null
}

export const NO_HISTORY: MoveHistory = { unevenSinceMs: null, movedAtMs: null }

/** Somebody left a worker. */
interface Departure {
  /** Its operator and index, see `actorKey`. */
  readonly actor: string
  readonly worker: number
  readonly atMs: number
}

export interface BalanceHistory extends MoveHistory {
  /** Of the last BALANCE_MEMORY_MS. */
  readonly departures: readonly Departure[]
  /** When decisions of that time were carried out. */
  readonly movesAtMs: readonly number[]
}

export const NOTHING_MOVED: BalanceHistory = { ...NO_HISTORY, departures: [], movesAtMs: [] }

/** When it is worth to move something. */
export interface BalanceLimits {
  /** A worker is hot from this share of its time on, 0 to 1. */
  readonly hotShare: number
  /** The least difference between the hottest and the coldest worker. */
  readonly gapShare: number
  /** By so much the busier one of both workers has to have less to do afterwards. */
  readonly gainShare: number
  /** For so long it has to be uneven, without a break. */
  readonly holdMs: number
  /** For so long nothing moves after a move. */
  readonly coolDownMs: number
  /** Moves that one decision makes at most. */
  readonly movesMax: number
}

export interface MoveDecision {
  /** In this order. Empty: everything stays where it is. */
  readonly moves: readonly Move[]
  /** Why, in one sentence. */
  readonly reason: string
  /** By worker, what the decision is based on, and what is to be expected after it. */
  readonly before: readonly number[]
  readonly after: readonly number[]
  readonly history: MoveHistory
}
