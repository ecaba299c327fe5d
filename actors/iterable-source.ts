import type { OperatorActor, OperatorContext, OperatorDefinition, PollResult, StateChunk } from '../src/actor/contract.ts'
import { SplitReader } from './split-reader.ts'

interface IterableSpec {
  readonly open: (position: number) => unknown
  readonly resume: 'skip' | 'seek' | 'live'
}

/** An iterable or stream as a single split; its position is the number of records read. */
class IterableSource implements OperatorActor {
  readonly #context: OperatorContext
  readonly #resume: IterableSpec['resume']
  readonly #reader: SplitReader | null

  constructor(spec: IterableSpec, context: OperatorContext) {
    this.#context = context
    this.#resume = spec.resume
    this.#reader = context.index === 0 ? new SplitReader(spec.open, context.batchRecords, context.wake) : null
  }

  poll(): PollResult {
    const reader = this.#reader
    if (reader === null) return 'end'
    return reader.poll((records) => this.#context.run(records, 0, records.length, null, undefined, reader.position - records.length))
  }

  snapshot(): StateChunk[] {
    return this.#reader === null ? [] : [{ scope: 'split', id: 0, value: { position: this.#reader.position } }]
  }

  restore(chunks: readonly StateChunk[]): void {
    const { position } = chunks[0]!.value as { position: number }
    this.#reader?.startAt(position, this.#resume === 'skip' ? position : 0)
  }

  close(): void {
    this.#reader?.close()
  }
}

export const iterableSource: OperatorDefinition = {
  kind: 'iterable',
  create: (spec, context) => new IterableSource(spec as unknown as IterableSpec, context),
}
