import { STATIC_PRIORITY_DEBT_MS_MAX, STATIC_PRIORITY_LEVELS_MAX, STATIC_PRIORITY_SHARE_MIN } from '../limits.ts'
import { priorityOf } from '../graph/placement-options.ts'
import type { Plan } from '../graph/plan.ts'
import { ReadySet } from './ready-set.ts'

/**
 * Ready actors by static priority: the highest first, and within a level in turn. Each lower level that has something to do is owed a sixteenth of the time that others take, and
 * goes first as long as it is owed any, so that none starves. Costs a few additions a step; workers whose actors are all of one level have a plain {@link ReadySet}.
 */
export class ReadyLevels {
  /** The most urgent first. */
  readonly #levels: readonly ReadySet[]
  /** By actor. */
  readonly #levelOf: Uint8Array
  /** By level: time that it should have had and has not; negative when it had more. */
  readonly #owedMs: Float64Array

  /** @param priorities by actor; NaN for those of other threads */
  constructor(priorities: Float64Array) {
    const known = [...new Set(priorities)].filter((priority) => !Number.isNaN(priority)).sort((a, b) => b - a)
    this.#levelOf = Uint8Array.from(priorities, (priority) =>
      Math.min(Math.max(0, known.indexOf(priority)), STATIC_PRIORITY_LEVELS_MAX - 1),
    )
    this.#levels = known.slice(0, STATIC_PRIORITY_LEVELS_MAX).map(() => new ReadySet(priorities.length))
    this.#owedMs = new Float64Array(this.#levels.length)
  }

  get size(): number {
    let size = 0
    for (const level of this.#levels) size += level.size
    return size
  }

  has(member: number): boolean {
    return this.#levels[this.#levelOf[member]!]!.has(member)
  }

  add(member: number): void {
    this.#levels[this.#levelOf[member]!]!.add(member)
  }

  delete(member: number): void {
    this.#levels[this.#levelOf[member]!]!.delete(member)
  }

  clear(): void {
    for (const level of this.#levels) level.clear()
  }

  /** -1 when there is none. */
  next(): number {
    let [first, owed] = [-1, -1]
    for (let level = 0; level < this.#levels.length; level++) {
      if (this.#levels[level]!.size === 0) continue
      if (first === -1) first = level
      if (this.#owedMs[level]! > 0 && (owed === -1 || this.#owedMs[level]! > this.#owedMs[owed]!)) owed = level
    }
    const chosen = owed === -1 ? first : owed
    return chosen === -1 ? -1 : this.#levels[chosen]!.next()
  }

  /** A member has run for so long. */
  spent(member: number, ms: number): void {
    const own = this.#levelOf[member]!
    for (let level = 1; level < this.#levels.length; level++) {
      if (level === own) this.#owedMs[level] = Math.max(this.#owedMs[level]! - ms, -STATIC_PRIORITY_DEBT_MS_MAX)
      else if (this.#levels[level]!.size > 0) this.#owedMs[level]! += ms * STATIC_PRIORITY_SHARE_MIN
    }
  }
}

/** For the actors of one worker; null where all are of one level, so that there is nothing to choose. */
export function readyLevels({ graph, tasks, actors }: Plan, worker: number): ReadyLevels | null {
  const ofTask = tasks.map(({ nodes }) => priorityOf(nodes.map((node) => graph.nodes[node]!)))
  const priorities = Float64Array.from(actors, ({ task, thread }) => (thread === worker ? ofTask[task]! : NaN))
  const levels = new Set(priorities)
  levels.delete(NaN)
  return levels.size < 2 ? null : new ReadyLevels(priorities)
}
