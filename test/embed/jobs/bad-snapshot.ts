import { z } from 'zod'
import { defineJob, inlet, type OperatorActor, type OperatorContext, type OperatorDefinition } from '../../../src/index.ts'

/** Passes records on. Once it has seen one its snapshots fail, or hold the worker up. */
class BadSnapshot implements OperatorActor {
  readonly #context: OperatorContext
  readonly #blockMs: number
  #seen = false

  constructor(context: OperatorContext, blockMs: number) {
    this.#context = context
    this.#blockMs = blockMs
  }

  process(record: unknown, timestamp: number): void {
    this.#seen = true
    this.#context.emit(record, timestamp)
  }

  snapshot(): [] {
    if (!this.#seen) return []
    if (this.#blockMs === 0) throw new RangeError('planned')
    for (const endMs = performance.now() + this.#blockMs; performance.now() < endMs;);
    return []
  }
}

const definition: OperatorDefinition = {
  kind: 'bad-snapshot',
  create: (spec, context) => new BadSnapshot(context, spec['blockMs'] as number),
}

export default defineJob(import.meta, {
  inlets: { numbers: inlet<number>() },
  config: z.object({ blockMs: z.number() }),
  build: ({ inlets, config }) => ({
    numbers: inlets.numbers.transform<number>(definition, { blockMs: config.blockMs }, { name: 'bad' }),
  }),
})
