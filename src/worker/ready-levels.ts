import { STATIC_PRIORITY_DEBT_MS_MAX, STATIC_PRIORITY_LEVELS_MAX, STATIC_PRIORITY_SHARE_MIN } from './turn-limits.ts'
import { ReadySet } from './ready-set.ts'

/**
 * Ready actors by priority: the highest first, and within a level in turn. Each lower level that has something to do is owed a sixteenth of the time that others take, and
 * goes first as long as it is owed any, so that none starves. Costs a few additions a step; workers whose actors are all of one level have a plain {@link ReadySet}.
 */
export class ReadyLevels {
  /** The most urgent first. */
  #levels: readonly ReadySet[] = []
  /** By actor. */
  #levelOf: Uint8Array
  /** By level: time that it should have had and has not; negative when it had more. */
  #owedMs: Float64Array
  /** Who comes behind the one that was served last. */
  #turn = 0

  /** @param priorities by actor; NaN for those of other threads */
  constructor(priorities: Float64Array) {
    this.#levelOf = new Uint8Array(priorities.length)
    this.#owedMs = new Float64Array(1)
    this.assign(priorities)
  }

  /** Priorities are others from now on. What a level is owed goes with those of its members that are ready: nobody loses his turn by it. */
  assign(priorities: Float64Array): void {
    const known = [...new Set(priorities)].filter((priority) => !Number.isNaN(priority)).sort((a, b) => b - a)
    const ranks = new Map(known.map((priority, rank) => [priority, Math.min(rank, STATIC_PRIORITY_LEVELS_MAX - 1)]))
    const [before, levelBefore, owedBefore] = [this.#levels, this.#levelOf, this.#owedMs]
    this.#levelOf = Uint8Array.from(priorities, (priority) => ranks.get(priority) ?? 0)
    this.#levels = known.slice(0, STATIC_PRIORITY_LEVELS_MAX).map(() => new ReadySet(priorities.length, this.#turn))
    this.#owedMs = new Float64Array(this.#levels.length).fill(-Infinity)
    for (const [member, level] of this.#levelOf.entries()) {
      if (before[levelBefore[member]!]?.has(member) !== true) continue
      this.#levels[level]!.add(member)
      this.#owedMs[level] = Math.max(this.#owedMs[level]!, owedBefore[levelBefore[member]!]!)
    }
    // Who was not ready is owed nothing, and the first level owes nothing: what it has beyond its share is its right.
    for (const [level, owedMs] of this.#owedMs.entries()) {
      if (owedMs === -Infinity || (level === 0 && owedMs < 0)) this.#owedMs[level] = 0
    }
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
    if (chosen === -1) return -1
    const member = this.#levels[chosen]!.next()
    this.#turn = member + 1
    return member
  }

  /** A member has run for so long. */
  spent(member: number, ms: number): void {
    const own = this.#levelOf[member]!
    for (let level = 0; level < this.#levels.length; level++) {
      // The first is owed time, too: while owed ones go before it, its priority may become another.
      if (level === own) this.#owedMs[level] = Math.max(this.#owedMs[level]! - ms, level === 0 ? 0 : -STATIC_PRIORITY_DEBT_MS_MAX)
      else if (this.#levels[level]!.size > 0) this.#owedMs[level]! += ms * STATIC_PRIORITY_SHARE_MIN
    }
  }
}
