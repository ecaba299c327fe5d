import type { OperatorActor, OperatorContext, OperatorDefinition, RecordOrigin } from '../src/actor/contract.ts'
import { jsonText } from '../src/actor/operator-kit.ts'
import { SINK_CALLS_MAX } from '../src/limits.ts'
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

/** A record whose promise was rejected. */
interface Rejected {
  readonly record: unknown
  readonly timestamp: number
  readonly origin: RecordOrigin | null
  readonly thrown: unknown
}

/** Calls a function for each record. Promises that it returns are waited for by checkpoints and by the end; there may be many at a time. */
class ForEachSink implements OperatorActor {
  readonly #fn: (record: unknown) => unknown
  readonly #context: OperatorContext
  #open = 0
  #rejected: Rejected[] = []
  /** Nothing may be under way before the barrier or the end is dealt with. */
  #settling = false

  constructor(fn: (record: unknown) => unknown, context: OperatorContext) {
    this.#fn = fn
    this.#context = context
  }

  get awaitsPromise(): boolean {
    return this.#open > 0
  }

  process(record: unknown, timestamp: number): void {
    const returned = this.#fn(record)
    if (typeof (returned as PromiseLike<unknown> | null | undefined)?.then !== 'function') return
    const origin = this.#context.origin()
    this.#open++
    const fulfilled = (): void => this.#settled()
    const rejected = (thrown: unknown): void => {
      this.#rejected.push({ record, timestamp, origin, thrown })
      this.#settled()
    }
    ;(returned as PromiseLike<unknown>).then(fulfilled, rejected)
  }

  flush(force: boolean): void {
    this.#settling ||= force
  }

  ready(): boolean {
    while (this.#rejected.length > 0) this.#failed(this.#rejected.shift()!)
    this.#settling &&= this.#open > 0
    return !this.#settling && this.#open < SINK_CALLS_MAX
  }

  #failed({ record, timestamp, origin, thrown }: Rejected): void {
    this.#context.guarded(record, timestamp, origin, () => {
      throw thrown
    })
  }

  #settled(): void {
    this.#open--
    this.#context.wake()
  }
}

export const consoleSink: OperatorDefinition = { kind: 'consoleSink', create: () => new ConsoleSink() }
export const forEachSink: OperatorDefinition = {
  kind: 'forEachSink',
  create: (spec, context) => new ForEachSink(spec['fn'] as (record: unknown) => unknown, context),
}
