import { writeSync } from 'node:fs'
import type { OperatorActor, OperatorContext, OperatorDefinition } from '../src/actor/contract.ts'

/** Characters that wait for one write. */
const BUFFER_CHARS_MAX = 64 * 1024

/** Standard output from the worker itself: what a nested thread prints through Node waits until the app thread is free. */
class ConsoleSink implements OperatorActor {
  #text = ''

  get holdsBack(): boolean {
    return this.#text !== ''
  }

  process(record: unknown): void {
    this.#text += `${typeof record === 'string' ? record : JSON.stringify(record)}\n`
    if (this.#text.length > BUFFER_CHARS_MAX) this.flush()
  }

  flush(): void {
    if (this.#text === '') return
    writeAll(1, Buffer.from(this.#text))
    this.#text = ''
  }
}

/** A pipe that is full answers EAGAIN; there is nothing to do but to try again. */
function writeAll(fd: number, bytes: Buffer): void {
  let at = 0
  while (at < bytes.length) {
    try {
      at += writeSync(fd, bytes, at)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
    }
  }
}

class ForEachSink implements OperatorActor {
  readonly #fn: (record: unknown) => void

  constructor(fn: (record: unknown) => void) {
    this.#fn = fn
  }

  process(record: unknown): void {
    this.#fn(record)
  }
}

export const consoleSink: OperatorDefinition = { kind: 'consoleSink', create: () => new ConsoleSink() }
export const forEachSink: OperatorDefinition = {
  kind: 'forEachSink',
  create: (spec: Readonly<Record<string, unknown>>, _context: OperatorContext) => new ForEachSink(spec['fn'] as (record: unknown) => void),
}
