/** Named outputs of operators of one's own, also with other operators of the same actor behind them, and behind sources. */
import { expect, test } from 'vitest'
import { defineJob, type EmitRecord, type OperatorContext, type OperatorDefinition, type StateChunk } from '../../src/index.ts'
import { seeds, simulate } from '../../src/testing/index.ts'
import { inTier } from '../tier.ts'

/** Passes even numbers on, puts odd ones out as 'odd', and at the end their count as 'total'. */
class Sorter {
  readonly #context: OperatorContext
  readonly #odd: EmitRecord
  #count = 0

  constructor(context: OperatorContext) {
    this.#context = context
    this.#odd = context.emitTo('odd')
  }

  process(record: unknown, timestamp: number): void {
    this.#count++
    if ((record as number) % 2 === 0) this.#context.emit(record, timestamp)
    else this.#odd(record, timestamp)
  }

  onEnd(): 'done' {
    this.#context.emitTo('total')(this.#count, NaN)
    this.#count = 0
    return 'done'
  }

  snapshot(): StateChunk[] {
    return [{ scope: 'instance', id: this.#context.index, value: this.#count }]
  }

  restore(chunks: readonly StateChunk[]): void {
    this.#count = chunks[0]!.value as number
  }
}

const sorter: OperatorDefinition = { kind: 'sorter', outputs: ['odd', 'total', 'unread'], create: (_, context) => new Sorter(context) }
const failed = new Set<string>()

const job = defineJob<{ readonly count: number; readonly run: string | null }>(import.meta, {
  build: ({ source, config: { count, run } }) => {
    const numbers = source.generate('numbers', { count, splits: 2, make: (n) => n })
    const even = numbers.transform<number>(sorter, {}, { name: 'sorter' })
    const odd = even.sideOutput<number>('odd').tap((n) => {
      if (run === null || n < count / 2 || failed.has(run)) return
      failed.add(run)
      throw new Error('fails once')
    })
    const sums = (name: string, stream: typeof odd) =>
      stream
        .map((n) => ({ n }))
        .aggregate((a) => ({ n: a.count(), sum: a.sum('n') }), { name })
        .toStream({ emit: 'final' })
    return { even: sums('even', even), odd: sums('odd', odd), seen: sums('seen', even.sideOutput<number>('total')) }
  },
})

test.each(seeds(inTier(3, 8)))('side outputs are exact behind restarts, fused or not, with seed %s', async (seed) => {
  const odd = Number(seed) % 2 === 1
  const run = await simulate(job, {
    seed,
    workers: 2,
    chaining: odd ? 'on' : 'off',
    checkpointIntervalMs: 2,
    config: { count: 4_000, run: String(seed) },
  })
  expect(run.restarts).toBe(1)
  expect(run.outlets['even']).toEqual([{ n: 2_000, sum: 1_999 * 2_000 }])
  expect(run.outlets['odd']).toEqual([{ n: 2_000, sum: 2_000 * 2_000 }])
  expect(run.outlets['seen']).toEqual([{ n: 2, sum: 4_000 }])
})
