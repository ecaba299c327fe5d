import type { Packr } from 'msgpackr'
import { type PayloadReader, corrupt } from '../codec/payload-reader.ts'
import { asciiText } from './stored-texts.ts'

/** Of msgpack: a text of less than 32 bytes, which its token tells. */
const FIXED_TEXT = 0xa0
const FIXED_TEXT_END = 0xc0

/** A text; one with lone surrogates, which UTF-8 cannot hold, as its code units. */
export type StoredText = string | Uint16Array

/** Texts of a chunk, which are a msgpack array: strings are made when somebody wants them. */
export class ChunkTexts {
  readonly length: number
  /** The chunk's. */
  readonly bytes: Uint8Array
  /** Where they begin in the bytes, with the head of their array. */
  readonly from: number
  readonly to: number
  /** By text: where its UTF-8 bytes begin and end. Code units begin nowhere, at -1. */
  readonly places: Int32Array
  readonly #packr: Packr
  #all: readonly StoredText[] | undefined

  /** Moves the reader behind them. @throws MR_FRAME_CORRUPT */
  constructor(reader: PayloadReader, packr: Packr) {
    this.from = reader.position
    this.#packr = packr
    this.bytes = reader.payload
    this.length = reader.array()
    if (this.length > reader.payload.length - reader.position) corrupt('ends too early')
    this.places = textPlaces(reader, this.length)
    this.to = reader.position
  }

  /** All of them, made once. */
  all(): readonly StoredText[] {
    return (this.#all ??= this.length === 0 ? [] : (this.#packr.unpack(this.bytes.subarray(this.from, this.to)) as StoredText[]))
  }

  at(i: number): string {
    return this.isAscii(i) ? asciiText(this.bytes, this.places[2 * i]!, this.places[2 * i + 1]!) : textOf(this.all()[i]!)
  }

  /** Whether the text is ASCII bytes. */
  isAscii(i: number): boolean {
    const { bytes, places } = this
    const to = places[2 * i + 1]!
    let at = places[2 * i]!
    if (at === -1) return false
    let seen = 0
    for (; at < to; at++) seen |= bytes[at]!
    return seen < 0x80
  }
}

export function textOf(stored: StoredText): string {
  if (typeof stored === 'string') return stored
  let text = ''
  for (const unit of stored) text += String.fromCharCode(unit)
  return text
}

/** Most texts are short: what the reader does for one, without a call. */
function textPlaces(reader: PayloadReader, count: number): Int32Array {
  const { payload } = reader
  const places = new Int32Array(2 * count)
  let at = reader.position
  for (let i = 0; i < places.length; i += 2) {
    const token = payload[at]!
    const isFixed = token >= FIXED_TEXT && token < FIXED_TEXT_END
    reader.position = at
    const length = isFixed ? token - FIXED_TEXT : reader.skipText()
    if (isFixed && length >= payload.length - at) corrupt('ends too early')
    at = isFixed ? at + 1 + length : reader.position
    places[i] = length === -1 ? -1 : at - length
    places[i + 1] = at
  }
  reader.position = at
  return places
}
