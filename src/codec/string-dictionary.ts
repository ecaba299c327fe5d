const SLOTS = 64

/** Numbers strings in the order in which they first occur, from 0. Strings met recently are found without hashing all of them. */
export class StringDictionary {
  readonly strings: string[] = []
  readonly #codes = new Map<string, number>()
  readonly #slotStrings: (string | null)[] = new Array<string | null>(SLOTS).fill(null)
  readonly #slotCodes = new Uint32Array(SLOTS)

  clear(): void {
    if (this.strings.length === 0) return
    this.strings.length = 0
    this.#codes.clear()
    this.#slotStrings.fill(null)
  }

  codeOf(value: string): number {
    const length = value.length
    const slot = length === 0 ? 0 : (length * 31 + value.charCodeAt(0) * 7 + value.charCodeAt(length - 1)) & (SLOTS - 1)
    return this.#slotStrings[slot] === value ? this.#slotCodes[slot]! : this.#lookUp(value, slot)
  }

  #lookUp(value: string, slot: number): number {
    let code = this.#codes.get(value)
    if (code === undefined) {
      code = this.strings.length
      this.strings.push(value)
      this.#codes.set(value, code)
    }
    this.#slotStrings[slot] = value
    this.#slotCodes[slot] = code
    return code
  }
}
