/** What the policies do, where a whole chain of random operators does not show it. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FailureWindow } from '../../src/actor/failure-window.ts'
import { type ErrorPolicy, type OperatorContext, type OperatorDefinition, type Outlets, defineJob, sink } from '../../src/index.ts'
import { simulate } from '../../src/testing/index.ts'

const ROUTES = [
  { codec: 'generated', chaining: 'on' },
  { codec: 'interpreted', chaining: 'on' },
  { codec: 'generated', chaining: 'off' },
  { codec: 'interpreted', chaining: 'off' },
] as const

const odd = (n: number): number => {
  if (n % 2 === 1) throw new RangeError(`odd: ${n}`)
  return n
}

test('a window tolerates as many failures as it says, over any stretch of its length', () => {
  const outcomes = fc.array(fc.boolean(), { maxLength: 200 })
  fc.assert(
    fc.property(
      outcomes,
      fc.integer({ min: 1, max: 20 }),
      fc.double({ min: 0, max: 0.99, noNaN: true }),
      fc.nat(200),
      (failed, over, ratio, cut) => {
        let window = new FailureWindow({ ratio, over })
        failed.forEach((fails, i) => {
          if (i === cut) {
            const restored = new FailureWindow({ ratio, over })
            restored.restore(JSON.parse(JSON.stringify(window.snapshot())) as ReturnType<FailureWindow['snapshot']>, over)
            window = restored
          }
          window.next()
          const among = failed.slice(Math.max(0, i + 1 - over), i + 1).filter(Boolean).length
          if (fails) expect(window.tolerates()).toBe(among <= ratio * over)
        })
      },
    ),
  )
})

const failAfterJob = defineJob<{ readonly from: number }>(import.meta, {
  build: ({ source, config: { from } }) => {
    const numbers = source.generate('numbers', { count: 1_000, splits: 1, parallelism: 1, make: (n) => n })
    const good = numbers.map((n) => (n >= from ? odd(n) : n % 100 === 50 ? odd(n + 1) : n), {
      name: 'map',
      onError: { failAfter: { ratio: 0.1, over: 50 } },
    })
    return { good }
  },
})

test.each(ROUTES)('failAfter skips, and fails with the last error as cause once there are too many, with %o', async (options) => {
  const { outlets } = await simulate(failAfterJob, { ...options, seed: 1, config: { from: Infinity } })
  expect(outlets['good']).toHaveLength(990)
  const failing = simulate(failAfterJob, { ...options, seed: 1, config: { from: 300 }, restart: { maxRestarts: 2 } })
  const error = (await failing.catch((thrown: unknown) => thrown)) as Error & { code: string; cause: Error }
  const texts: string[] = []
  for (let at: Error | undefined = error; at !== undefined; at = at.cause as Error | undefined) texts.push(at.message)
  expect(texts.join('\n')).toContain('More than 0.1 of the last 50 records failed')
  // Five of fifty are tolerated; the sixth is not.
  expect(texts.join('\n')).toContain('odd: 311')
})

const chained = ROUTES.filter(({ chaining }) => chaining === 'on')
// Without chaining it could not come so far.
test.each(chained)('a record that cannot leave its operator takes no number and no place in a sample, with %o', async (options) => {
  const job = defineJob(import.meta, {
    build: ({ source }) => {
      const make = (n: number) => ({ n, f: n % 4 === 2 ? Math.sin : null })
      const rows = source.generate('rows', { count: 9, splits: 1, parallelism: 1, make })
      const onError = 'skip'
      return {
        numbered: rows
          .enumerate({ onError })
          .partitionBy(() => 0)
          .map(({ index, record: { n } }) => [index, n]),
        sampled: rows
          .sample({ every: 3 }, { onError })
          .partitionBy(() => 0)
          .map(({ n }) => n),
        limited: rows
          .limit(4, { onError })
          .partitionBy(() => 0)
          .map(({ n }) => n),
      }
    },
  })
  const { outlets } = await simulate(job, { ...options, seed: 1, workers: 1 })
  expect(outlets.numbered).toEqual([0, 1, 3, 4, 5, 7, 8].map((n, index) => [index, n]))
  expect(outlets.sampled).toEqual([3, 7])
  expect(outlets.limited).toEqual([0, 1, 3, 4])
})

test.each(ROUTES)('a state that cannot leave its operator is not kept, with %o', async (options) => {
  const job = defineJob(import.meta, {
    build: ({ source }) => {
      const sums = source
        .generate('numbers', { count: 9, splits: 1, parallelism: 1, make: (n) => n })
        .keyBy(() => 0)
        .scan(
          () => ({ sum: 0, f: null as unknown }),
          ({ sum }, n) => ({ sum: sum + n, f: n % 4 === 2 ? Math.sin : null }),
          { onError: 'skip' },
        )
      return { sums: sums.partitionBy(() => 0).map(({ sum }) => sum) }
    },
  })
  const { outlets } = await simulate(job, { ...options, seed: 1, workers: 2 })
  expect(outlets.sums).toEqual([0, 1, 4, 8, 13, 20, 28])
})

test.each(ROUTES)('event times that cannot be told leave their records out, with %o', async (options) => {
  const job = defineJob(import.meta, {
    build: ({ source }) => {
      const timed = source
        .generate('numbers', { count: 6, splits: 1, parallelism: 1, make: (n) => n })
        .withEventTime((n) => odd(n) * 1_000, { name: 'time', onError: 'deadLetter' })
      return { timed: timed.map((n) => n), letters: timed.deadLetters<number>().map(({ record, from }) => ({ record, from })) }
    },
  })
  const { outlets } = await simulate(job, { ...options, seed: 1, workers: 1 })
  expect(outlets.timed).toEqual([0, 2, 4])
  expect(outlets.letters).toEqual([1, 3, 5].map((n) => ({ record: n, from: { channel: 'numbers (1/1) > time (1/1)', sequence: n } })))
})

test.each(ROUTES)('what an operator behind another one throws is its own failure, with %o', async (options) => {
  const job = defineJob(import.meta, {
    build: ({ source }) => {
      const numbers = source.generate('numbers', { count: 4, splits: 1, parallelism: 1, make: (n) => n })
      const first = numbers.flatMap((n) => [n, n + 1], { name: 'first', onError: 'deadLetter' })
      const second = first.map(odd, { name: 'second', onError: 'deadLetter' })
      return {
        second,
        letters: first
          .deadLetters()
          .union(second.deadLetters())
          .map(({ operator, record }) => [operator, record]),
      }
    },
  })
  const { outlets } = await simulate(job, { ...options, seed: 1, workers: 1 })
  expect(outlets.second).toEqual([0, 2, 2, 4])
  expect(outlets.letters).toEqual([1, 1, 3, 3].map((n) => ['second', n]))
})

test('what no record is to blame for fails the job under any policy', async () => {
  const failing = (build: Parameters<typeof defineJob>[1]['build']) =>
    simulate(defineJob(import.meta, { onError: 'skip', build }), { seed: 1, restart: { maxRestarts: 0 } })
  const batches = failing(({ source }) => {
    source.generate('n', { count: 10, make: (n) => n }).to(
      sink.forEachBatch(() => {
        throw new Error('no batch')
      }),
    )
  })
  await expect(batches).rejects.toThrow(/no batch/)
  const fullBatches = failing(({ source }) => {
    const fn = (): never => {
      throw new Error('no batch')
    }
    source.generate('n', { count: 10, make: (n) => n }).to(sink.forEachBatch(fn, { batchRecords: 2 }))
  })
  await expect(fullBatches).rejects.toThrow(/a whole batch cannot be left out/)
  const files = failing(({ source }) => {
    source.generate('n', { count: 10, make: (n) => n }).to(sink.file({ path: '/dev/null/no/such/file', format: 'lines' }))
  })
  await expect(files).rejects.toThrow(/no\/such\/file/)
  const merging = failing(({ source }) => ({
    sums: source
      .generate('n', { count: 10, make: (n) => n })
      .aggregate((a) => ({
        broken: a.custom<number[], number>({
          create: () => [],
          add: (acc, n) => (acc.push(n), acc),
          merge: (acc, more) => {
            acc.push(...more)
            if (acc.length > 3) throw new Error('no merge')
            return acc
          },
          result: (acc) => acc.length,
        }),
      }))
      .toStream({ emit: 'final' }),
  }))
  await expect(merging).rejects.toThrow(/no merge/)
})

/** Emits the numbers that it has seen when its input runs dry, and how many there were at the end. */
class Gatherer {
  readonly #context: OperatorContext
  #held: number[] = []
  #count = 0

  constructor(context: OperatorContext) {
    this.#context = context
  }

  get holdsBack(): boolean {
    return this.#held.length > 0
  }

  process(record: unknown): void {
    this.#held.push(odd(record as number))
    this.#count++
  }

  flush(): void {
    for (const n of this.#held.splice(0)) this.#context.emit(n, NaN)
  }

  onEnd(): 'done' {
    this.#context.emit(-this.#count, NaN)
    return 'done'
  }
}

test.each(ROUTES)('what an operator emits when it flushes or ends is passed on at once, with %o', async (options) => {
  const gatherer: OperatorDefinition = { kind: 'gatherer', create: (_, context) => new Gatherer(context) }
  const job = defineJob(import.meta, {
    build: ({ source }) => {
      const numbers = source.generate('numbers', { count: 6, splits: 1, parallelism: 1, make: (n) => n })
      return { gathered: numbers.transform<number>(gatherer, {}, { onError: 'skip' }) }
    },
  })
  const { outlets } = await simulate(job, { ...options, seed: 1, workers: 1 })
  expect(outlets.gathered).toEqual([0, 2, 4, -3])
})

test('a custom aggregate that changed its accumulator before it threw is as before', async () => {
  const job = (emit: 'every' | 'final') =>
    defineJob(import.meta, {
      build: ({ source }) => {
        const sums = source
          .generate('numbers', { count: 6, splits: 1, parallelism: 1, make: (n) => n })
          .aggregate(
            (a) => ({
              seen: a.custom<number[], string>({
                create: () => [],
                add: (acc, n) => (acc.push(n), acc),
                merge: (x, y) => (x.push(...y), x),
                result: (acc) => acc.join(),
              }),
              even: a.custom<number[], number>({
                create: () => [],
                add: (acc, n) => (acc.push(n), odd(n), acc),
                merge: (x, y) => (x.push(...y), x),
                result: (acc) => acc.length,
              }),
              n: a.count(),
            }),
            { name: 'sums', onError: 'deadLetter' },
          )
          .toStream({ emit })
        return { sums, letters: sums.deadLetters().map(({ record }) => record) }
      },
    })
  for (const emit of ['every', 'final'] as const) {
    const { outlets } = await simulate(job(emit), { seed: 1, workers: 2 })
    expect(outlets.sums.at(-1)).toEqual({ seen: '0,2,4', even: 3, n: 3 })
    expect(outlets.letters).toEqual([1, 3, 5])
  }
})

const numbersJob = (policy: unknown, read: boolean) =>
  defineJob(import.meta, {
    build: ({ source }): Outlets => {
      const mapped = source.generate('numbers', { count: 1, make: (n) => n }).map((n) => n, { name: 'map', onError: policy as ErrorPolicy })
      return read ? { letters: mapped.deadLetters() } : { mapped }
    },
  })

test.each([
  'ignore',
  null,
  {},
  [],
  { skip: true },
  { failAfter: { ratio: 1, over: 10 } },
  { failAfter: { ratio: 0.5, over: 0 } },
  { failAfter: { ratio: NaN, over: 10 } },
  { failAfter: { ratio: 0.5, over: 1e9 } },
  { deadLetter: { mask: 'email' } },
  { deadLetter: { mask: ['a..b'] } },
  { deadLetter: { hide: [] } },
  { deadLetter: false },
])('the policy %j is none', async (policy) => {
  await expect(simulate(numbersJob(policy, false), { seed: 1 })).rejects.toMatchObject({ code: 'MR_OPTION_INVALID' })
})

test('letters that nobody reads, or that nobody writes, are refused with what to do', async () => {
  await expect(simulate(numbersJob('deadLetter', false), { seed: 1 })).rejects.toThrow(
    /stream\.deadLetters\(\).*deadLetters\(\).*sink\.file.*"map"/s,
  )
  await expect(simulate(numbersJob('skip', true), { seed: 1 })).rejects.toThrow(
    /"map" keeps no dead letters: give it onError: 'deadLetter'/,
  )
  const none = defineJob(import.meta, { build: ({ deadLetters }) => ({ letters: deadLetters() }) })
  await expect(simulate(none, { seed: 1 })).rejects.toMatchObject({ code: 'MR_GRAPH_INVALID' })
  const masked = defineJob(import.meta, {
    build: ({ source }) => ({ lines: source.jsonLines('lines', { path: 'x', onError: { deadLetter: { mask: ['a'] } } }) }),
  })
  await expect(simulate(masked, { seed: 1 })).rejects.toThrow(/no fields can be masked/)
})
