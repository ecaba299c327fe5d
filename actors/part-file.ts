import { closeSync, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { SINK_BUFFER_CHARS_MAX } from '../src/limits.ts'
import type { LineFormat } from './line-format.ts'

/** Where a part file will be visible, and how long it is: all that is needed to make it visible. */
export interface FinishedPart {
  /** Below the sink's directory; '' is the directory itself. */
  readonly folder: string
  readonly name: string
  readonly bytes: number
}

/** A part file that is being written, as a checkpoint keeps it. */
export interface PartState extends FinishedPart {
  readonly records: number
  /** Of text, before compression. */
  readonly textBytes: number
  readonly openedMs: number
  readonly header: string[] | null
}

/**
 * One part file that is being written. Its length is known to the checkpoint, and it is cut back to that after a restart. Compressed files are a
 * row of gzip members, each whole, so that they can be cut between any two.
 */
export class PartFile {
  readonly folder: string
  readonly name: string
  readonly openedMs: number
  /** Its age begins here, by a clock that nobody sets. */
  readonly sinceMs: number
  readonly #format: LineFormat
  readonly #gzip: boolean
  readonly #fd: number
  #text = ''
  #bytes: number
  #records: number
  #textBytes: number

  /** Opens the file at `path`: a new one, or, when `state` has a length, the one that is there, cut to it. */
  constructor(path: string, state: PartState, format: LineFormat, gzip: boolean, sinceMs: number) {
    this.folder = state.folder
    this.name = state.name
    this.openedMs = state.openedMs
    this.sinceMs = sinceMs
    this.#format = format
    this.#format.header = state.header
    this.#gzip = gzip
    this.#bytes = state.bytes
    this.#records = state.records
    this.#textBytes = state.textBytes
    this.#fd = state.bytes === 0 ? openSync(path, 'w') : openCut(path, state.bytes)
  }

  get records(): number {
    return this.#records
  }

  /** At least: what was not written yet counts as ASCII. */
  get textBytes(): number {
    return this.#textBytes + this.#text.length
  }

  /** True when `write` is due. Throws when the record is none for this format, and is as before then. */
  append(record: unknown): boolean {
    const line = this.#format.line(record)
    this.#text += line
    this.#records++
    return this.#text.length > SINK_BUFFER_CHARS_MAX
  }

  /** Hands all that was appended to the operating system. */
  write(): void {
    if (this.#text === '') return
    const text = Buffer.from(this.#text)
    const bytes = this.#gzip ? gzipSync(text) : text
    this.#textBytes += text.length
    this.#text = ''
    for (let at = 0; at < bytes.length;) at += writeSync(this.#fd, bytes, at, bytes.length - at, this.#bytes + at)
    this.#bytes += bytes.length
  }

  /** Only after `write`. */
  state(): PartState {
    const { folder, name, openedMs } = this
    return {
      folder,
      name,
      openedMs,
      bytes: this.#bytes,
      records: this.#records,
      textBytes: this.#textBytes,
      header: this.#format.header,
    }
  }

  close(): void {
    closeSync(this.#fd)
  }
}

function openCut(path: string, bytes: number): number {
  const fd = openSync(path, 'r+')
  try {
    const found = fstatSync(fd).size
    if (found < bytes) throw new Error(`the file has ${found} bytes, but the checkpoint knows ${bytes}: it was cut or replaced`)
    ftruncateSync(fd, bytes)
    return fd
  } catch (error) {
    closeSync(fd)
    throw error
  }
}
