import { type Need, type Unit, fits } from './units.ts'

/** A unit with what it counts as where workers are weighed against each other: whole millionths of a worker, so that sums do not depend on their order. */
export interface Weighed extends Unit {
  readonly weight: number
}

/** Who is on which worker while a placement is made, and who may still go where. Those that want a worker for themselves come first. */
export class Board {
  readonly #room: Need
  readonly #tasks: number
  readonly #used: { cpu: number; heapBytes: number }[]
  readonly #weight: Float64Array
  readonly #units: Unit[][]
  /** By worker and task: its instances there. */
  readonly #instances: Int32Array

  constructor(workers: number, tasks: number, room: Need) {
    this.#room = room
    this.#tasks = tasks
    this.#used = Array.from({ length: workers }, () => ({ cpu: 0, heapBytes: 0 }))
    this.#weight = new Float64Array(workers)
    this.#units = this.#used.map(() => [])
    this.#instances = new Int32Array(workers * tasks)
  }

  get workers(): number {
    return this.#used.length
  }

  put(unit: Weighed, worker: number): void {
    this.#units[worker]!.push(unit)
    this.#count(unit, worker, 1)
  }

  /** The one that was put there last. */
  take(worker: number): void {
    this.#count(this.#units[worker]!.pop() as Weighed, worker, -1)
  }

  move(unit: Weighed, from: number, to: number): void {
    this.#units[from]!.splice(this.#units[from]!.indexOf(unit), 1)
    this.#count(unit, from, -1)
    this.put(unit, to)
  }

  unitsOn(worker: number): readonly Unit[] {
    return this.#units[worker]!
  }

  usedOn(worker: number): Need {
    return this.#used[worker]!
  }

  weightOn(worker: number): number {
    return this.#weight[worker]!
  }

  /** Instances of the same tasks that are there already. */
  alike(unit: Unit, worker: number): number {
    return unit.actors.reduce((sum, { task }) => sum + this.#instances[worker * this.#tasks + task.id]!, 0)
  }

  /** Why it may not go there, or null when it may. */
  objection(unit: Unit, worker: number): string | null {
    const units = this.#units[worker]!
    const alone = units.find(({ exclusive }) => exclusive)
    if (alone !== undefined) return `is for ${nameOf(alone)} only`
    for (const task of unit.apart) {
      if (this.#instances[worker * this.#tasks + task] === 0) continue
      return `has ${nameOf(units.find(({ actors }) => actors.some((actor) => actor.task.id === task))!)}`
    }
    return fits([this.#used[worker]!, unit], this.#room) ? null : 'has no room'
  }

  #count(unit: Weighed, worker: number, sign: 1 | -1): void {
    const used = this.#used[worker]!
    used.cpu += sign * unit.cpu
    used.heapBytes += sign * unit.heapBytes
    this.#weight[worker]! += sign * unit.weight
    for (const { task } of unit.actors) this.#instances[worker * this.#tasks + task.id]! += sign
  }
}

/** By the operator that said most about it, or the first. */
export function nameOf({ actors }: Unit): string {
  const nodes = actors.flatMap((actor) => actor.nodes)
  return (nodes.find(({ placement }) => placement?.exclusive === true) ?? nodes.find(({ placement }) => placement) ?? nodes[0]!).name
}
