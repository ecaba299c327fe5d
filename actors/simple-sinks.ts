import type { OperatorActor, OperatorContext, OperatorDefinition } from '../src/actor/contract.ts'
import { jsonText } from '../src/actor/operator-kit.ts'
import { writeAll } from './blocking-write.ts'

/** Characters that wait for one write. */
const BUFFER_CHARS_MAX = 64 * 1024

/** Standard output from the worker itself: what a nested thread prints through Node waits until the app thread is free. */
class ConsoleSink implements OperatorActor {
  #text = ''

  get holdsBack(): boolean {
    return this.#text !== ''
  }

  process(record: unknown): void {
    this.#text += `${typeof record === 'string' ? record : jsonText(record)}\n`
    if (this.#text.length > BUFFER_CHARS_MAX) this.flush()
  }

  flush(): void {
    if (this.#text === '') return
    writeAll(1, Buffer.from(this.#text))
    this.#text = ''
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
