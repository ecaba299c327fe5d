import { actorKey } from '../graph/actor-key.ts'
import type { TaskPlan } from '../graph/plan.ts'
import { BALANCE_DOUBLINGS_MAX, BALANCE_LIMITS, BALANCE_MEMORY_MS } from './balance-limits.ts'
import { decideMoves } from './decide-moves.ts'
import type { ActorMove, BalanceHistory, Loads } from './moves.ts'
import type { CheckedPlacement } from './settings.ts'

export interface BalanceQuestion {
  readonly plan: TaskPlan
  readonly placement: CheckedPlacement
  /** By actor number: its worker. */
  readonly threads: readonly number[]
  readonly loads: Loads
  readonly history: BalanceHistory
}

export interface BalanceDecision {
  /** Empty: everybody stays. */
  readonly moves: readonly ActorMove[]
  readonly reason: string
  readonly history: BalanceHistory
}

export type DecideBalance = (question: BalanceQuestion) => BalanceDecision

/**
 * Which actors are moved while the job runs: those that {@link decideMoves} finds. A pure function. However the load goes up and down, moves do not go on for ever: nobody goes back within
 * ten minutes to a worker that it has left, and the pause after a move doubles with each one of these ten minutes.
 */
export const decideBalance: DecideBalance = ({ plan, placement, threads, loads, history }) => {
  const { atMs } = loads
  const isRecent = (ms: number): boolean => atMs - ms < BALANCE_MEMORY_MS
  const departures = history.departures.filter((departure) => isRecent(departure.atMs))
  const movesAtMs = history.movesAtMs.filter(isRecent)
  const left = new Set(departures.map(({ actor, worker }) => `${actor} ${worker}`))
  const keys = plan.tasks.flatMap(({ nodes, parallelism }) =>
    Array.from({ length: parallelism }, (_, index) => actorKey(plan.graph.nodes[nodes[0]!]!.name, index)),
  )
  const doublings = Math.min(BALANCE_DOUBLINGS_MAX, Math.max(0, movesAtMs.length - 1))
  const decision = decideMoves({
    plan,
    placement,
    places: { threads, owners: new Map() },
    loads,
    history,
    limits: { ...BALANCE_LIMITS, coolDownMs: BALANCE_LIMITS.coolDownMs * 2 ** doublings },
    mayGo: (actor, worker) => !left.has(`${keys[actor]!} ${worker}`),
  })
  const moves = decision.moves.filter((move) => move.type === 'actor')
  const leaving = moves.map(({ operator, index, from }) => ({ actor: actorKey(operator, index), worker: from, atMs }))
  return {
    moves,
    reason: decision.reason,
    history: {
      ...decision.history,
      departures: [...departures, ...leaving],
      movesAtMs: moves.length === 0 ? movesAtMs : [...movesAtMs, atMs],
    },
  }
}
