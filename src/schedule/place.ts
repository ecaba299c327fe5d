import { PLACEMENT_SEARCH_STEPS_MAX, PLACEMENT_SEARCH_UNITS_MAX } from '../limits.ts'
import type { TaskPlan } from '../graph/plan.ts'
import { Board, type Weighed } from './board.ts'
import { inTurn } from './in-turn.ts'
import { refuseUnplaced, requireFit } from './require-fit.ts'
import { type CheckedPlacement, roomOf } from './settings.ts'
import { type Need, type Unit, candidatesOf, unitsOf } from './units.ts'
import { weighed } from './weigh.ts'

/** Who goes where, and why. */
export interface Placing {
  /** By actor number. */
  readonly threads: readonly number[]
  readonly reasons: readonly string[]
}

/**
 * Largest first, each to the worker that is taken least. Where that leaves somebody without a place, all ways are tried, up to a bound, and at last without holding
 * together what merely hands records on.
 *
 * @throws MillraceError MR_PLACEMENT_IMPOSSIBLE with the numbers
 */
export function place(plan: TaskPlan, placement: CheckedPlacement): Placing {
  const room = roomOf(plan.workers, placement)
  const candidates = candidatesOf(plan)
  const loose = unitsOf(plan, candidates, null)
  requireFit(plan, loose, room, placement)
  const units = weighed(plan, unitsOf(plan, candidates, room), room, placement)
  const byWeight = placement.policy !== 'demand'
  const found = new Attempt(plan, units, room, byWeight).greedy()
  if (found !== null) return told(found, plan, placement)
  for (const tried of [units, weighed(plan, loose, room, placement)]) {
    const other = new Attempt(plan, tried, room, byWeight).search()
    if (other !== null) return told(other, plan, placement)
  }
  return refuseUnplaced(plan, units, room)
}

interface Placed {
  readonly unit: Weighed
  readonly worker: number
  readonly why: string
}

class Attempt {
  readonly #board: Board
  readonly #units: readonly Weighed[]
  /** Those that say nothing count, too. */
  readonly #byWeight: boolean
  #steps = 0

  constructor(plan: TaskPlan, units: readonly Weighed[], room: Need, byWeight: boolean) {
    this.#board = new Board(plan.workers, plan.tasks.length, room)
    this.#units = units
    this.#byWeight = byWeight
  }

  greedy(units: readonly Weighed[] = this.#units): Placed[] | null {
    const placed: Placed[] = []
    for (const unit of units) {
      const worker = this.#best(unit)
      if (worker === null) return null
      placed.push({ unit, worker, why: this.#reason(unit, worker) })
      this.#board.put(unit, worker)
    }
    return placed
  }

  /** Exhaustive over whoever cannot go just anywhere. */
  search(): Placed[] | null {
    const bound = this.#units.filter((unit) => unit.exclusive || unit.apart.size > 0 || unit.cpu > 0 || unit.heapBytes > 0)
    if (bound.length > PLACEMENT_SEARCH_UNITS_MAX) return null
    const placed: Placed[] = []
    if (!this.#from(0, bound, placed)) return null
    const rest = this.greedy(this.#units.filter((unit) => !bound.includes(unit)))
    return rest && [...placed, ...rest]
  }

  #from(at: number, units: readonly Weighed[], placed: Placed[]): boolean {
    const unit = units[at]
    if (unit === undefined) return true
    const why = 'the others leave room nowhere else'
    for (const worker of this.#candidates(unit)) {
      if (++this.#steps > PLACEMENT_SEARCH_STEPS_MAX) return false
      this.#board.put(unit, worker)
      placed.push({ unit, worker, why })
      if (this.#from(at + 1, units, placed)) return true
      placed.pop()
      this.#board.take(worker)
    }
    return false
  }

  /** Best first; of workers that are empty, and so alike, one. */
  #candidates(unit: Weighed): number[] {
    const workers = this.#inTurn(unit).filter((worker) => this.#board.objection(unit, worker) === null)
    const empty = workers.find((worker) => this.#board.unitsOn(worker).length === 0)
    return workers.filter((w) => w === empty || this.#board.unitsOn(w).length > 0).sort((a, b) => this.#compare(unit, a, b))
  }

  #best(unit: Weighed): number | null {
    let best: number | null = null
    for (const worker of this.#inTurn(unit)) {
      if (this.#board.objection(unit, worker) !== null) continue
      if (best === null || this.#compare(unit, worker, best) < 0) best = worker
    }
    return best
  }

  /** All workers, from the one on whose turn it is. */
  #inTurn({ home }: Unit): number[] {
    return Array.from({ length: this.#board.workers }, (_, i) => (home + i) % this.#board.workers)
  }

  #weighs(unit: Weighed): boolean {
    return this.#byWeight || unit.weight > 0
  }

  /** Whoever says nothing of itself is spread in turn. */
  #compare(unit: Weighed, a: number, b: number): number {
    const board = this.#board
    return (this.#weighs(unit) ? board.weightOn(a) - board.weightOn(b) : 0) || board.alike(unit, a) - board.alike(unit, b)
  }

  #reason(unit: Weighed, worker: number): string {
    const board = this.#board
    if (unit.exclusive) return 'has a worker for itself'
    const objection = worker === unit.home ? null : board.objection(unit, unit.home)
    const instead = objection === null ? '' : `; worker ${unit.home} ${objection}`
    if (!this.#weighs(unit)) return `in turn${instead}`
    const rivals = Array.from({ length: board.workers }, (_, w) => w).filter((w) => w !== worker && board.objection(unit, w) === null)
    if (rivals.length === 0) return board.workers === 1 ? 'the only worker' : `the only one left${instead}`
    const lower = rivals.some((w) => board.weightOn(w) !== board.weightOn(worker))
    return lower ? `least taken (${percent(board.weightOn(worker))})` : `in turn${instead}`
  }
}

/** Of a worker's share in millionths. */
function percent(weight: number): string {
  return `${Math.round(weight / 1e4)} %`
}

/** Outlets are on the app thread. */
function told(placed: readonly Placed[], plan: TaskPlan, { policy }: CheckedPlacement): Placing {
  const { threads, reasons } = inTurn(plan)
  for (const { unit, worker, why } of placed) {
    const rank = policy === 'priority' && unit.priority !== 0 ? `priority ${unit.priority}, ` : ''
    for (const { id } of unit.actors) {
      threads[id] = worker
      reasons[id] = unit.ties.get(id) ?? `${rank}${why}`
    }
  }
  return { threads, reasons }
}
