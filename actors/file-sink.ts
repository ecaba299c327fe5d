import { closeSync, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { pathError } from '../src/actor/path-error.ts'
import type { OperatorActor, OperatorContext, OperatorDefinition, StateChunk } from '../src/actor/contract.ts'
import { makeDirectory } from '../src/actor/operator-kit.ts'
import { type LineFormat, lineFormat } from './line-format.ts'

interface FileSinkSpec {
  readonly path: string
  readonly format: 'lines' | 'csv' | 'jsonLines'
  readonly columns?: readonly string[]
}

const BUFFER_CHARS_MAX = 256 * 1024

/**
 * One file that holds every record once: a snapshot knows its length, and a restart cuts it back to that. Bytes are with the operating system
 * when the snapshot is taken.
 */
class FileSink implements OperatorActor {
  readonly #context: OperatorContext
  readonly #path: string
  readonly #format: LineFormat
  #fd = -1
  #text = ''
  #lengthBytes = 0

  constructor(spec: FileSinkSpec, context: OperatorContext) {
    this.#context = context
    this.#path = resolve(spec.path)
    this.#format = lineFormat(spec.format, spec.columns)
  }

  get holdsBack(): boolean {
    return this.#text !== ''
  }

  restore(chunks: readonly StateChunk[]): void {
    const { lengthBytes, header } = chunks[0]!.value as { lengthBytes: number; header: string[] | null }
    this.#lengthBytes = lengthBytes
    this.#format.header = header
  }

  open(): void {
    this.#attempt(() => {
      makeDirectory(dirname(this.#path))
      this.#fd = openSync(this.#path, this.#lengthBytes === 0 ? 'w' : 'r+')
      const foundBytes = fstatSync(this.#fd).size
      if (foundBytes < this.#lengthBytes)
        throw new Error(`the file has ${foundBytes} bytes, but the checkpoint knows ${this.#lengthBytes}: it was cut or replaced`)
      ftruncateSync(this.#fd, this.#lengthBytes)
    })
  }

  process(record: unknown): void {
    this.#text += this.#format.line(record)
    if (this.#text.length > BUFFER_CHARS_MAX) this.flush()
  }

  flush(): void {
    if (this.#text === '') return
    const bytes = Buffer.from(this.#text)
    this.#text = ''
    this.#attempt(() => {
      for (let at = 0; at < bytes.length;) at += writeSync(this.#fd, bytes, at, bytes.length - at, this.#lengthBytes + at)
    })
    this.#lengthBytes += bytes.length
  }

  snapshot(): StateChunk[] {
    return [{ scope: 'instance', id: this.#context.index, value: { lengthBytes: this.#lengthBytes, header: this.#format.header } }]
  }

  close(): void {
    if (this.#fd >= 0) closeSync(this.#fd)
    this.#fd = -1
  }

  #attempt(action: () => void): void {
    try {
      action()
    } catch (cause) {
      const { operator, site } = this.#context
      throw pathError('MR_SINK_FAILED', `Cannot write ${this.#path}`, cause, { operator, site })
    }
  }
}

export const fileSink: OperatorDefinition = {
  kind: 'fileSink',
  create: (spec, context) => new FileSink(spec as unknown as FileSinkSpec, context),
}
