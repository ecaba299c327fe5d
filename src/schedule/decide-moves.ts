import type { TaskPlan } from '../graph/plan.ts'
import { Board, type Weighed } from './board.ts'
import type { BalanceLimits, Loads, Move, MoveDecision, MoveHistory, Places } from './moves.ts'
import { splitKeyGroups } from './split-key-groups.ts'
import { type CheckedPlacement, roomOf } from './settings.ts'
import { type Unit, candidatesOf, unitsOf } from './units.ts'

/** Shares of a worker's time are compared with this tolerance. */
const ROUNDING = 1e-9

/** What a decision is made of. */
export interface MoveQuestion {
  readonly plan: TaskPlan
  readonly placement: CheckedPlacement
  readonly places: Places
  readonly loads: Loads
  readonly history: MoveHistory
  readonly limits: BalanceLimits
  /** Whether an actor may go to a worker, beside what was asked for. Absent: it may. */
  readonly mayGo?: (actor: number, worker: number) => boolean
}

/**
 * Which actors, or which key groups, go from the worker that has most to do to the one that has least. A pure function: the same question has the same answer.
 * What was asked for (affinity, antiAffinity, exclusive workers, demands) holds afterwards as it did before; actors that only hand on records to each other stay together.
 * Each move makes the larger of the two workers' loads smaller by `gainShare` at least, so on a load that stays as it is moves come to an end, and none is ever undone.
 */
export function decideMoves(question: MoveQuestion): MoveDecision {
  const { loads, history, limits } = question
  const balance = new Balance(question)
  const before = [...balance.loads]
  const stay = (reason: string, unevenSinceMs: number | null): MoveDecision => ({
    moves: [],
    reason,
    before,
    after: before,
    history: { ...history, unevenSinceMs },
  })
  if (before.length < 2) return stay('there is one worker only', null)
  const { hot, cold } = extremes(before)
  const gap = before[hot]! - before[cold]!
  if (before[hot]! < limits.hotShare - ROUNDING) return stay(`no worker is hot: ${told(hot, before)}`, null)
  if (gap < limits.gapShare - ROUNDING) return stay(`workers have about as much to do: ${told(hot, before)}, ${told(cold, before)}`, null)
  const since = history.unevenSinceMs ?? loads.atMs
  const uneven = `${told(hot, before)}, ${told(cold, before)}`
  if (loads.atMs - since < limits.holdMs) return stay(`${uneven}: not for long yet`, since)
  if (history.movedAtMs !== null && loads.atMs - history.movedAtMs < limits.coolDownMs)
    return stay(`${uneven}: something moved just now`, since)
  const moves = balance.moves()
  if (moves.length === 0) return stay(`${uneven}: nothing there can move that would help`, since)
  return {
    moves,
    reason: uneven,
    before,
    after: balance.loads,
    history: { unevenSinceMs: null, movedAtMs: loads.atMs },
  }
}

interface Settled {
  readonly unit: Weighed
  readonly load: number
  worker: number
}

class Balance {
  readonly #question: MoveQuestion
  /** By worker. */
  readonly loads: number[]
  readonly #board: Board
  readonly #units: Settled[] = []
  /** By actor: its worker, after the moves so far. */
  readonly #threads: number[]

  constructor(question: MoveQuestion) {
    this.#question = question
    const { plan, placement, places } = question
    const room = roomOf(plan.workers, placement)
    this.#threads = [...places.threads]
    this.loads = Array.from({ length: plan.workers }, () => 0)
    this.#board = new Board(plan.workers, plan.tasks.length, room)
    for (const unit of together(plan, unitsOf(plan, candidatesOf(plan), room), places)) {
      const worker = places.threads[unit.actors[0]!.id]!
      const load = unit.actors.reduce((sum, { id }) => sum + this.#loadOf(id), 0)
      const weighed = { ...unit, weight: 0 }
      this.#board.put(weighed, worker)
      this.#units.push({ unit: weighed, load, worker })
      this.loads[worker]! += load
    }
  }

  /** One after the other, as long as one helps. */
  moves(): Move[] {
    const moves: Move[] = []
    while (moves.length < this.#question.limits.movesMax) {
      const { hot, cold } = extremes(this.loads)
      const found = this.#unitMove(hot, cold) ?? this.#groupMove(hot, cold)
      if (found === null) break
      moves.push(...found)
      // Where a chain of actors goes together, all of it goes.
      if (found[0]!.type === 'key-groups') break
    }
    return moves
  }

  #loadOf(actor: number): number {
    return this.#question.loads.actors.get(actor)?.busyShare ?? 0
  }

  /** By how much the busier of the two has less to do when so much goes from one to the other. */
  #gain(hot: number, cold: number, load: number): number {
    return this.loads[hot]! - Math.max(this.loads[hot]! - load, this.loads[cold]! + load)
  }

  #unitMove(hot: number, cold: number): Move[] | null {
    let best: Settled | null = null
    for (const candidate of this.#units) {
      if (candidate.worker !== hot || candidate.unit.exclusive) continue
      const gain = this.#gain(hot, cold, candidate.load)
      if (gain < this.#question.limits.gainShare - ROUNDING || !this.#mayGo(candidate.unit, cold)) continue
      if (best === null || gain > this.#gain(hot, cold, best.load) + ROUNDING) best = candidate
    }
    if (best === null) return null
    this.#board.move(best.unit, hot, cold)
    best.worker = cold
    for (const { id } of best.unit.actors) this.#threads[id] = cold
    this.#shift(hot, cold, best.load)
    return best.unit.actors.map(({ task, index, nodes }) => ({
      type: 'actor',
      task: task.id,
      operator: nodes[0]!.name,
      index,
      from: hot,
      to: cold,
    }))
  }

  #mayGo(unit: Weighed, worker: number): boolean {
    const { mayGo } = this.#question
    return this.#board.objection(unit, worker) === null && (mayGo === undefined || unit.actors.every(({ id }) => mayGo(id, worker)))
  }

  /** No actor may go as a whole, or each is too much: a part of one's key groups goes to another instance of it. */
  #groupMove(hot: number, cold: number): Move[] | null {
    const { places, loads, plan, limits } = this.#question
    let best: { readonly move: Move; readonly load: number } | null = null
    for (const { id, task, index, nodes } of candidatesOf(plan)) {
      const owners = places.owners.get(task.id)
      if (owners === undefined || this.#threads[id] !== hot) continue
      const first = id - index
      const toIndex = Array.from({ length: task.parallelism }, (_, i) => i).find((i) => this.#threads[first + i] === cold)
      if (toIndex === undefined) continue
      const load = loads.actors.get(id)
      const half = (this.loads[hot]! - this.loads[cold]!) / 2
      const split = load === undefined ? null : splitKeyGroups(owners, index, load, half)
      if (split === null || this.#gain(hot, cold, split.load) < limits.gainShare - ROUNDING) continue
      if (best !== null && split.load <= best.load + ROUNDING) continue
      const { keyGroups } = split
      best = {
        load: split.load,
        move: { type: 'key-groups', task: task.id, operator: nodes[0]!.name, keyGroups, fromIndex: index, toIndex },
      }
    }
    if (best === null) return null
    this.#shift(hot, cold, best.load)
    return [best.move]
  }

  #shift(hot: number, cold: number, load: number): void {
    this.loads[hot]! -= load
    this.loads[cold]! += load
  }
}

/** Groups that are on one worker at present; what a move of key groups or an old placement has taken apart stays apart. */
function together(plan: TaskPlan, units: readonly Unit[], { threads }: Places): Unit[] {
  const apart = units.filter(({ actors }) => actors.some(({ id }) => threads[id] !== threads[actors[0]!.id]))
  if (apart.length === 0) return [...units]
  const split = new Set(apart.flatMap(({ actors }) => actors.map(({ id }) => id)))
  const loose = unitsOf(plan, candidatesOf(plan), null).filter(({ actors }) => split.has(actors[0]!.id))
  return [...units.filter((unit) => !apart.includes(unit)), ...loose]
}

function extremes(loads: readonly number[]): { readonly hot: number; readonly cold: number } {
  let [hot, cold] = [0, 0]
  for (const [worker, load] of loads.entries()) {
    if (load > loads[hot]! + ROUNDING) hot = worker
    if (load < loads[cold]! - ROUNDING) cold = worker
  }
  return { hot, cold }
}

function told(worker: number, loads: readonly number[]): string {
  return `worker ${worker} is busy ${Math.round(loads[worker]! * 100)} %`
}

/** One line for people. */
export function moveText(move: Move): string {
  if (move.type === 'actor') return `${move.operator} ${move.index + 1} goes from worker ${move.from} to worker ${move.to}`
  return `${move.keyGroups.length} key groups of ${move.operator} go from instance ${move.fromIndex + 1} to instance ${move.toIndex + 1}`
}
