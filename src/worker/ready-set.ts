/** Set of small numbers as a two-level bitmap: finding the next member among 10,000 takes two or three word operations. Served in turn. */
export class ReadySet {
  readonly #words: Int32Array
  readonly #summary: Int32Array
  readonly #capacity: number
  #cursor: number
  #size = 0

  /** @param first whose turn it is, if he is ready */
  constructor(capacity: number, first = 0) {
    this.#cursor = first
    this.#capacity = capacity
    this.#words = new Int32Array(Math.ceil(capacity / 32) + 1)
    this.#summary = new Int32Array(Math.ceil(this.#words.length / 32) + 1)
  }

  get size(): number {
    return this.#size
  }

  has(member: number): boolean {
    return (this.#words[member >>> 5]! & (1 << (member & 31))) !== 0
  }

  add(member: number): void {
    if (this.has(member)) return
    const word = member >>> 5
    this.#words[word]! |= 1 << (member & 31)
    this.#summary[word >>> 5]! |= 1 << (word & 31)
    this.#size++
  }

  delete(member: number): void {
    if (!this.has(member)) return
    const word = member >>> 5
    this.#words[word]! &= ~(1 << (member & 31))
    if (this.#words[word] === 0) this.#summary[word >>> 5]! &= ~(1 << (word & 31))
    this.#size--
  }

  clear(): void {
    this.#words.fill(0)
    this.#summary.fill(0)
    this.#size = 0
  }

  /** The first member after the one returned last, around the end if need be; -1 when the set is empty. */
  next(): number {
    if (this.#size === 0) return -1
    let member = this.#from(this.#cursor)
    if (member === -1) member = this.#from(0)
    this.#cursor = member + 1 >= this.#capacity ? 0 : member + 1
    return member
  }

  #from(start: number): number {
    const word = start >>> 5
    const rest = this.#words[word]! & (-1 << (start & 31))
    if (rest !== 0) return (word << 5) + lowestBit(rest)
    const above = this.#summaryFrom(word + 1)
    return above === -1 ? -1 : (above << 5) + lowestBit(this.#words[above]!)
  }

  #summaryFrom(word: number): number {
    let index = word >>> 5
    let rest = this.#summary[index]! & (-1 << (word & 31))
    while (rest === 0) {
      if (++index >= this.#summary.length) return -1
      rest = this.#summary[index]!
    }
    return (index << 5) + lowestBit(rest)
  }
}

function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word)
}
