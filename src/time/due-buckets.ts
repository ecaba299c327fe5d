import { NumberHeap } from './number-heap.ts'

/**
 * Who is due when, for many who are put off again and again: numbers in buckets of time. What a number is due at is asked when its bucket comes up, so putting it off
 * costs nothing; what is due then is given out in order.
 */
export class DueBuckets {
  readonly #widthMs: number
  readonly #buckets = new Map<number, number[]>()
  /** The buckets that there are, each once. */
  readonly #order = new NumberHeap()
  /** Latest first. */
  #due: number[] = []

  /** @param widthMs small against the time that passes between being put in and being due, so that most are looked at once */
  constructor(widthMs: number) {
    this.#widthMs = widthMs
  }

  /** The bucket of a time. */
  bucketOf(time: number): number {
    return Math.floor(time / this.#widthMs)
  }

  add(bucket: number, member: number): void {
    const members = this.#buckets.get(bucket)
    if (members !== undefined) members.push(member)
    else this.#put(bucket, [member])
  }

  /** Takes out a member that was not given out. */
  remove(bucket: number, member: number): void {
    const members = this.#buckets.get(bucket)!
    members[members.indexOf(member)] = members.at(-1)!
    members.pop()
  }

  /**
   * The next member that is due by `until`, -1 for none.
   *
   * @param dueOf time at which a member is due. One that is due later, in another bucket, is to be added there by `putOff`
   */
  take(until: number, dueOf: (member: number) => number, putOff: (member: number) => void): number {
    while (this.#due.length === 0) {
      const bucket = this.#firstUpTo(until)
      if (bucket === null) return -1
      if (!this.#open(bucket, until, dueOf, putOff)) return this.#due.pop() ?? -1
    }
    return this.#due.pop()!
  }

  #put(bucket: number, members: number[]): void {
    this.#buckets.set(bucket, members)
    this.#order.add(bucket)
  }

  #firstUpTo(until: number): number | null {
    const { first } = this.#order
    return first < Infinity && first * this.#widthMs <= until ? first : null
  }

  /** False when the bucket is not over yet, so that none after it is due. */
  #open(bucket: number, until: number, dueOf: (member: number) => number, putOff: (member: number) => void): boolean {
    const members = this.#buckets.get(bucket)!
    this.#buckets.delete(bucket)
    this.#order.removeFirst()
    const due: number[] = []
    const kept: number[] = []
    for (const member of members) {
      const time = dueOf(member)
      if (this.bucketOf(time) !== bucket) putOff(member)
      else if (time <= until) due.push(member)
      else kept.push(member)
    }
    this.#due = due.length < 2 ? due : due.sort((a, b) => dueOf(b) - dueOf(a))
    if (kept.length > 0) this.#put(bucket, kept)
    return (bucket + 1) * this.#widthMs <= until
  }
}
