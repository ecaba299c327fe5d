import type { Packr } from 'msgpackr'
import { type PayloadReader, corrupt } from '../codec/payload-reader.ts'

/** A text; one with lone surrogates, which UTF-8 cannot hold, as its code units. */
export type StoredText = string | Uint16Array

/** Texts of a chunk, which are a msgpack array: strings are made when somebody wants them. */
export class ChunkTexts {
  readonly length: number
  /** The chunk's. */
  readonly bytes: Uint8Array
  /** By text: where its UTF-8 bytes begin and end. Code units begin nowhere, at -1. */
  readonly #places: Int32Array
  readonly #array: Uint8Array
  readonly #packr: Packr
  #all: readonly StoredText[] | undefined

  /** Moves the reader behind them. @throws MR_FRAME_CORRUPT */
  constructor(reader: PayloadReader, packr: Packr) {
    const from = reader.position
    this.#packr = packr
    this.bytes = reader.payload
    this.length = reader.array()
    if (this.length > reader.payload.length - reader.position) corrupt('ends too early')
    this.#places = new Int32Array(2 * this.length)
    for (let i = 0; i < this.length; i++) {
      const length = reader.skipText()
      this.#places[2 * i] = length === -1 ? -1 : reader.position - length
      this.#places[2 * i + 1] = reader.position
    }
    this.#array = reader.payload.subarray(from, reader.position)
  }

  /** All of them, made once. */
  all(): readonly StoredText[] {
    return (this.#all ??= this.length === 0 ? [] : (this.#packr.unpack(this.#array) as StoredText[]))
  }

  /** Calls `ascii` with the number of each text and where it is in the bytes if it is ASCII, `other` with each other text. */
  forEach(ascii: (i: number, from: number, to: number) => void, other: (i: number, text: StoredText) => void): void {
    for (let i = 0; i < this.length; i++) {
      const from = this.#places[2 * i]!
      const to = this.#places[2 * i + 1]!
      if (from !== -1 && isAscii(this.bytes, from, to)) ascii(i, from, to)
      else other(i, this.all()[i]!)
    }
  }
}

function isAscii(bytes: Uint8Array, from: number, to: number): boolean {
  let seen = 0
  for (let at = from; at < to; at++) seen |= bytes[at]!
  return seen < 0x80
}
