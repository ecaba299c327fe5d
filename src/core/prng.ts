import { hashText } from './key-hash.ts'
import { MillraceError } from '../errors.ts'

const rotate = (x: number, bits: number): number => (x << bits) | (x >>> (32 - bits))

/**
 * A small seeded generator: xoshiro128** 1.1 (David Blackman and Sebastiano Vigna, public domain), 128 bits of state, period 2^128 - 1.
 * Equal seeds give equal sequences on every machine. Not for secrets.
 */
export class Prng {
  readonly #seed: Int32Array
  #a: number
  #b: number
  #c: number
  #d: number

  /** @param seed any number or text; a number is taken by its decimal text */
  constructor(seed: number | string) {
    const text = String(seed)
    this.#seed = Int32Array.from([1, 2, 3, 4], (word) => hashText(text, word))
    if (this.#seed.every((word) => word === 0)) this.#seed[0] = 1
    this.#a = this.#seed[0]
    this.#b = this.#seed[1]
    this.#c = this.#seed[2]
    this.#d = this.#seed[3]
  }

  /** The next uint32. */
  next(): number {
    const result = Math.imul(rotate(Math.imul(this.#b, 5), 7), 9)
    const t = this.#b << 9
    this.#c ^= this.#a
    this.#d ^= this.#b
    this.#b ^= this.#c
    this.#a ^= this.#d
    this.#c ^= t
    this.#d = rotate(this.#d, 11)
    return result >>> 0
  }

  /**
   * An integer of 0 to `n` - 1, each as likely as the other.
   * @throws MR_OPTION_INVALID unless `n` is an integer of 1 to 2^32
   */
  nextInt(n: number): number {
    if (!Number.isInteger(n) || n < 1 || n > 0x1_0000_0000) {
      throw new MillraceError('MR_OPTION_INVALID', `Prng.nextInt needs an integer of 1 to 2^32, got ${n}`)
    }
    const fair = 0x1_0000_0000 - (0x1_0000_0000 % n)
    let x = this.next()
    while (x >= fair) x = this.next()
    return x % n
  }

  /** A number of 0 (included) to 1 (excluded), with 53 random bits. */
  nextFloat(): number {
    return ((this.next() >>> 5) * 0x400_0000 + (this.next() >>> 6)) / 0x20_0000_0000_0000
  }

  /**
   * A generator of its own for one purpose. It depends on this one's seed and the label only, not on how many numbers were drawn:
   * a new draw in one part of a program leaves all other parts as they were.
   */
  fork(label: string): Prng {
    return new Prng(`${this.#seed.join('.')}/${label}`)
  }
}
