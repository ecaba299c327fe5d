import type { Writable } from 'node:stream'
import { MillraceError } from '../src/errors.ts'
import { SINK_CLOSE_MS_MAX } from '../src/limits.ts'
import type { OperatorActor, OperatorContext, OperatorDefinition } from '../src/actor/contract.ts'
import { type LineFormat, lineFormat } from './line-format.ts'
import { NodeTarget, type StreamTarget, WebTarget } from './stream-target.ts'
import { endsWithin } from './within-ms.ts'

interface StreamSinkSpec {
  readonly open: (context: { readonly index: number; readonly parallelism: number; readonly attempt: number }) => unknown
  readonly format?: 'lines' | 'csv' | 'jsonLines'
  readonly columns?: readonly string[]
}

/** Writes to a stream that it opens for its attempt, no more than the stream wants; a checkpoint waits until all of it has arrived. */
class StreamSink implements OperatorActor {
  readonly #spec: StreamSinkSpec
  readonly #context: OperatorContext
  readonly #make: (stream: never, changed: () => void) => StreamTarget
  readonly #format: LineFormat | null
  #target: StreamTarget | null = null
  #settling = false
  #broken = false
  #end: 'open' | 'ending' | 'ended' = 'open'

  constructor(spec: StreamSinkSpec, context: OperatorContext, make: (stream: never, changed: () => void) => StreamTarget) {
    this.#spec = spec
    this.#context = context
    this.#make = make
    this.#format = spec.format === undefined ? null : lineFormat(spec.format, spec.columns)
  }

  async open(): Promise<void> {
    const { index, parallelism, attempt } = this.#context
    const stream = await this.#attempt(async () => this.#spec.open({ index, parallelism, attempt }))
    this.#target = await this.#attempt(async () => this.#make(stream as never, () => this.#context.wake()))
  }

  process(record: unknown): void {
    const target = this.#target!
    if (this.#format !== null) return this.#write(target, this.#format.line(record))
    if (!target.takesObjects && typeof record !== 'string' && !(record instanceof Uint8Array)) {
      refuse(`The stream takes text and bytes, not ${record === null ? 'null' : typeof record}: give the sink a format`)
    }
    if (record === null) refuse('A stream takes no null: that would end it')
    this.#write(target, record)
  }

  flush(force: boolean): void {
    this.#settling ||= force
  }

  ready(): boolean {
    const { error, full, pending } = this.#target!
    if (error !== null) this.#fail(error.thrown)
    if (this.#end === 'ending') return false
    if (full || (this.#settling && pending > 0)) return false
    this.#settling = false
    return true
  }

  onEnd(): 'done' | 'more' {
    if (this.#end === 'ended') return 'done'
    this.#end = 'ending'
    void this.#target!.end().then(() => {
      this.#end = 'ended'
      this.#context.wake()
    })
    return 'more'
  }

  /** Ended, not destroyed, whatever ended the attempt: what checkpoints have counted may not arrive before its end. */
  async close(): Promise<void> {
    const target = this.#target
    if (target === null || this.#end === 'ended') return
    const ended = !this.#broken && target.error === null && (await endsWithin(target.end(), SINK_CLOSE_MS_MAX))
    if (!ended) target.destroy()
  }

  /** Nobody knows what a stream that throws has done with the record: that is the stream's failure, not the record's. */
  #write(target: StreamTarget, value: unknown): void {
    try {
      target.write(value)
    } catch (cause) {
      // What it has not confirmed by now never will be: nobody is to wait for its end.
      this.#broken = true
      this.#fail(cause)
    }
  }

  async #attempt<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await action()
    } catch (cause) {
      return this.#fail(cause)
    }
  }

  #fail(cause: unknown): never {
    const { operator, site } = this.#context
    // It says itself whether it would come again.
    if (cause instanceof MillraceError) throw cause
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new MillraceError('MR_SINK_FAILED', `Cannot write to the stream: ${message}`, { cause, operator, site })
  }
}

function refuse(text: string): never {
  throw new MillraceError('MR_RECORD_REFUSED', text)
}

function makeNode(stream: Writable, changed: () => void): StreamTarget {
  if (typeof stream?.write !== 'function' || typeof stream.on !== 'function') throw new TypeError('the function returned no Node stream')
  return new NodeTarget(stream, changed)
}

function makeWeb(stream: WritableStream<unknown>, changed: () => void): StreamTarget {
  if (typeof stream?.getWriter !== 'function') throw new TypeError('the function returned no web stream')
  return new WebTarget(stream, changed)
}

export const nodeStreamSink: OperatorDefinition = {
  kind: 'nodeStreamSink',
  create: (spec, context) => new StreamSink(spec as unknown as StreamSinkSpec, context, makeNode),
}

export const webStreamSink: OperatorDefinition = {
  kind: 'webStreamSink',
  create: (spec, context) => new StreamSink(spec as unknown as StreamSinkSpec, context, makeWeb),
}
