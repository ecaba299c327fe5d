const SLOTS = 512
/** Longer texts are decoded each time. */
const LENGTH_MAX = 32

/** Short ASCII strings by their bytes: names and values that occur again and again are made once. Bounded: one string per slot. */
export class AsciiCache {
  readonly #strings: string[] = new Array<string>(SLOTS).fill('')

  /** The string whose bytes lie at `start`; undefined if they are not short ASCII. */
  get(bytes: Buffer, start: number, length: number): string | undefined {
    if (length > LENGTH_MAX) return undefined
    if (length === 0) return ''
    const slot = (length * 31 + bytes[start]! * 7 + bytes[start + (length >> 1)]! * 5 + bytes[start + length - 1]! * 3) & (SLOTS - 1)
    const known = this.#strings[slot]!
    if (known.length === length && matches(known, bytes, start)) return known
    for (let i = start; i < start + length; i++) if (bytes[i]! >= 0x80) return undefined
    return (this.#strings[slot] = bytes.toString('latin1', start, start + length))
  }
}

function matches(known: string, bytes: Buffer, start: number): boolean {
  for (let i = 0; i < known.length; i++) if (known.charCodeAt(i) !== bytes[start + i]) return false
  return true
}
