/** What dead letters say, and where they come out. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { type DeadLetter, MillraceError, type OperatorDefinition, type Outlets, defineJob, inlet, recordsOf } from '../../src/index.ts'
import { simulate } from '../../src/testing/index.ts'
import { makeDir, removeDir } from '../engine/run-job.ts'

const dir = makeDir()
afterAll(() => removeDir(dir))
const ROUTES = [
  { codec: 'generated', chaining: 'on' },
  { codec: 'interpreted', chaining: 'on' },
  { codec: 'generated', chaining: 'off' },
] as const

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const odd = (n: number): number => {
  if (n % 2 === 1) throw new RangeError(`odd: ${n}`)
  return n
}
const byRecord = <T extends DeadLetter>(letters: readonly T[]): T[] => letters.toSorted((a, b) => Number(a.record) - Number(b.record))

test.each(ROUTES)('a letter holds the record, the operator, the error and the time, with %o', async (options) => {
  const job = defineJob(import.meta, {
    build: ({ source }) => {
      const even = source
        .generate('numbers', { count: 4, splits: 1, parallelism: 1, make: (n) => n })
        .map(odd, { name: 'even', onError: 'deadLetter' })
      return { even, letters: even.deadLetters<number>() }
    },
  })
  const { outlets } = await simulate(job, { ...options, seed: 1, workers: 2 })
  expect(outlets.even).toEqual([0, 2])
  expect(outlets.letters.map(({ record }) => record)).toEqual([1, 3])
  const [letter] = outlets.letters
  expect(letter).toMatchObject({ operator: 'even', error: { code: 'MR_OPERATOR_FAILED', class: 'RangeError', message: 'odd: 1' } })
  expect(letter!.site).toMatch(/letters\.test\.[jt]s:\d+:\d+$/)
  expect(letter!.error.stack).toContain('odd')
  expect(Number.isFinite(letter!.at)).toBe(true)
  expect(letter!.from).toEqual(
    options.chaining === 'on' ? { source: 'numbers', split: null, position: 1 } : { channel: 'numbers (1/1) > even (1/1)', sequence: 1 },
  )
})

const failedOnce = new Set<string>()
const placesJob = defineJob<{ readonly count: number; readonly crashAt: number; readonly run: string }>(import.meta, {
  build: ({ source, config: { count, crashAt, run } }) => {
    const numbers = source.generate('numbers', { count, splits: 1, parallelism: 1, make: (n) => n })
    const even = numbers.partitionBy((n, channels) => Math.floor(n / 2) % channels).map(odd, { name: 'even', onError: 'deadLetter' })
    const letters = even.deadLetters<number>().tap(({ record }) => {
      if (record < crashAt || failedOnce.has(run)) return
      failedOnce.add(run)
      throw new Error('once')
    })
    return { letters }
  },
})

test.each([
  { crashAt: Infinity, run: 'whole' },
  { crashAt: 150, run: 'crash' },
])('the number on its channel says which record it was, also after a restart (%o)', async ({ crashAt, run }) => {
  const { outlets, restarts } = await simulate(placesJob, {
    seed: 3,
    workers: 2,
    config: { count: 400, crashAt, run },
    checkpointIntervalMs: 1,
    batchRecords: 10,
  })
  expect(restarts).toBe(run === 'crash' ? 1 : 0)
  for (const { record, from } of outlets['letters'] as DeadLetter<number>[]) {
    const instance = Math.floor(record / 2) % 2
    // Of each four numbers two go to the first instance and two to the second.
    expect(from).toEqual({ channel: `numbers (1/1) > even (${instance + 1}/2)`, sequence: Math.floor(record / 4) * 2 + (record % 2) })
  }
  expect(new Set(outlets['letters']!.map(({ record }: DeadLetter) => record)).size).toBe(200)
})

test('an inlet, an iterable and a file say the position of the record', async () => {
  const path = join(dir, 'input.jsonl')
  writeFileSync(path, '{"n":0}\n\n{"n":\n{"n":1}\n{"n":2}\n')
  const job = defineJob(import.meta, {
    inlets: { pushed: inlet<number>() },
    build: ({ source, inlets, deadLetters }) => {
      inlets.pushed
        .map(odd, { onError: 'deadLetter' })
        .to({ kind: 'forEachSink', parallelism: 1, spec: { fn: () => {} }, guarantee: 'at-least-once' })
      const read = source.iterable('read', { open: () => [0, 1, 2] })
      const lines = source.jsonLines<{ n: number }>('lines', { path, onError: 'deadLetter' })
      const evenLines = lines.map(({ n }) => odd(n), { onError: 'deadLetter' })
      return { even: read.map(odd, { onError: 'deadLetter' }), evenLines, letters: deadLetters() }
    },
  })
  const { outlets } = await simulate(job, { seed: 1, workers: 1, inputs: { pushed: [4, 4, 5] } })
  expect(outlets.evenLines).toEqual([0, 2])
  const places = outlets.letters.map(({ from, record }) => ({ ...from, record }))
  expect(places).toHaveLength(4)
  expect(places).toContainEqual({ source: 'pushed', split: null, position: 2, record: 5 })
  expect(places).toContainEqual({ source: 'read', split: null, position: 1, record: 1 })
  expect(places).toContainEqual({ source: 'lines', split: 0, position: 2, record: bytes('{"n":') })
  expect(places).toContainEqual({ source: 'lines', split: 0, position: 3, record: { n: 1 } })
  const raw = outlets.letters.find(({ record }) => record instanceof Uint8Array)!
  expect(raw).toMatchObject({ operator: 'lines', error: { code: 'MR_INPUT_INVALID', class: 'SyntaxError' } })
  expect(raw.error.message).toMatch(/^Line 3 of .*input\.jsonl \(byte 9\) is bad: /)
})

test('letters of lines hold the bytes that were read, whatever they are', async () => {
  const path = join(dir, 'bytes.jsonl')
  const bad = Buffer.from([0x7b, 0xff, 0xc3, 0x28, 0x00])
  writeFileSync(path, Buffer.concat([Buffer.from('{"n":0}\r\n'), bad, Buffer.from('\r\n{"n":2}\r\nlast one')]))
  const job = defineJob(import.meta, {
    onError: 'deadLetter',
    build: ({ source, deadLetters }) => ({ rows: source.jsonLines('lines', { path }), letters: deadLetters() }),
  })
  const { outlets } = await simulate(job, { seed: 1, workers: 1 })
  expect(outlets.rows).toEqual([{ n: 0 }, { n: 2 }])
  expect(outlets.letters.map(({ record }) => record)).toEqual([new Uint8Array(bad), bytes('last one')])
})

test("a source of one's own keeps letters of what it cannot read, masked where they are objects", async () => {
  const inputs = [{ n: 1 }, { secret: 'x' }, { n: 3 }]
  const definition: OperatorDefinition = {
    kind: 'numbers',
    create: (_, context) => {
      let next = 0
      return {
        poll: () => {
          if (next === inputs.length) return 'end'
          const input = inputs[next]!
          context.badInput!.next()
          if ('n' in input) context.run([input.n], 0, 1, null, 0, next)
          else context.badInput!.leaveOut(input, new MillraceError('MR_INPUT_INVALID', 'no n', { cause: new RangeError('n') }), 0, next)
          next++
          return 'more'
        },
        snapshot: () => [{ scope: 'split', id: 0, value: next }],
        restore: ([chunk]) => void (next = chunk!.value as number),
      }
    },
  }
  const job = defineJob(import.meta, {
    build: ({ source }) => {
      const numbers = source.from<number>('numbers', definition, {}, { onError: { deadLetter: { mask: ['secret'] } } })
      return { numbers, letters: numbers.deadLetters() }
    },
  })
  const { outlets } = await simulate(job, { seed: 1, workers: 1 })
  expect(outlets.numbers).toEqual([1, 3])
  expect(outlets.letters).toMatchObject([
    { record: { secret: '***' }, from: { source: 'numbers', position: 1 }, error: { code: 'MR_INPUT_INVALID', class: 'RangeError' } },
  ])
})

test('a bad row of CSV is its bytes, all of them, wherever chunks of the file end', async () => {
  const path = join(dir, 'input.csv')
  const wide = 'x'.repeat(150_000)
  writeFileSync(path, `a,b\n1,"x, y"\n2,z\n3\n4,"q"uote,and more\n5,"q"${wide}\r\n6,z\n`)
  const job = defineJob(import.meta, {
    onError: 'deadLetter',
    build: ({ source, deadLetters }) => {
      const rows = source.csv<number>('rows', { path, parse: ({ a }) => odd(Number(a)) })
      return { rows, letters: deadLetters() }
    },
  })
  const { outlets } = await simulate(job, { seed: 1, workers: 1 })
  expect(outlets.rows).toEqual([2, 6])
  expect(outlets.letters.map(({ record, error }) => [record, error.class])).toEqual([
    [bytes('1,"x, y"'), 'RangeError'],
    [bytes('3'), 'CsvError'],
    [bytes('4,"q"uote,and more'), 'CsvError'],
    [bytes(`5,"q"${wide}`), 'CsvError'],
  ])
})

test('masks hide fields, through objects and arrays, and nothing else', async () => {
  const order = { email: 'a@b', card: { number: 7, type: 'x' }, items: [{ price: 1, n: 2 }, { price: 3 }, 'none'], rest: [1] }
  const job = defineJob(import.meta, {
    build: ({ source }) => {
      const bad = source.generate('orders', { count: 1, make: () => order }).filter(() => odd(1) > 0, {
        onError: { deadLetter: { mask: ['email', 'card.number', 'items.price', 'rest.a', 'missing.b'] } },
      })
      return { bad, letters: bad.deadLetters() }
    },
  })
  const { outlets } = await simulate(job, { seed: 1 })
  expect(outlets.letters.map(({ record }) => record)).toEqual([
    { email: '***', card: { number: '***', type: 'x' }, items: [{ price: '***', n: 2 }, { price: '***' }, 'none'], rest: [1] },
  ])
  expect(order.email).toBe('a@b')
})

test('a record that cannot cross threads is described', async () => {
  class Point {
    readonly x = 1
  }
  const job = defineJob(import.meta, {
    build: ({ source }) => {
      const made = source.generate('rows', { count: 1, make: (n) => n }).map((n) => {
        const row: Record<string, unknown> = { n, f: Math.sin, list: [new Point(), Symbol('s'), { deep: 1 }] }
        row['self'] = row
        return row
      })
      const bad = made.map(() => odd(1), { onError: 'deadLetter' })
      return { bad, letters: bad.deadLetters() }
    },
  })
  const { outlets } = await simulate(job, { seed: 1 })
  expect(outlets.letters.map(({ record }) => record)).toEqual([
    { n: 0, f: '[function sin]', list: ['[Point]', '[Symbol(s)]', { deep: 1 }], self: '[cycle]' },
  ])
})

test("the key of a stream and its partitioner are the reader's, named outputs are whose operator they are, and all letters come together", async () => {
  const job = defineJob(import.meta, {
    build: ({ source, deadLetters }) => {
      const numbers = source.generate('numbers', { count: 6, splits: 1, parallelism: 1, make: (n) => n })
      const { a, b } = numbers.flatMapTo({ a: recordsOf<number>(), b: recordsOf<number>() }, (n, to) => (to.a(n), to.b(n), void odd(n)), {
        name: 'both',
        onError: 'deadLetter',
      })
      const keyed = a
        .union(b)
        .keyBy((n) => (n === 4 ? (NaN as number) : n))
        .count({ name: 'count', onError: 'deadLetter' })
      return { counts: keyed.toStream({ emit: 'final' }), all: deadLetters() }
    },
  })
  const { outlets } = await simulate(job, { seed: 1, workers: 2 })
  expect(outlets.counts.toSorted((x, y) => Number(x.key) - Number(y.key))).toEqual([
    { key: 0, count: 2 },
    { key: 2, count: 2 },
  ])
  expect(
    byRecord(outlets.all).map(({ record, operator, error }) => [record, operator.replace(/combine.*/, 'combine'), error.code]),
  ).toEqual([
    [1, 'both', 'MR_OPERATOR_FAILED'],
    [3, 'both', 'MR_OPERATOR_FAILED'],
    [4, 'count.combine', 'MR_KEY_INVALID'],
    [4, 'count.combine', 'MR_KEY_INVALID'],
    [5, 'both', 'MR_OPERATOR_FAILED'],
  ])
})

test('the job has a policy and a sink for all that have none; operators that process letters fail', async () => {
  const path = join(dir, 'bad.jsonl')
  const job = (policy: 'fail' | 'deadLetter') =>
    defineJob(import.meta, {
      onError: policy,
      build: ({ source, sink, deadLetters }): Outlets => {
        const numbers = source.generate('numbers', { count: 5, splits: 1, parallelism: 1, make: (n) => n })
        numbers.to(sink.forEach(odd), { name: 'sink' })
        const kept = numbers.map(odd, { name: 'map', onError: 'skip' })
        if (policy === 'fail') return { kept }
        return { kept, letters: deadLetters().map(({ record, operator }) => ({ record, operator })) }
      },
      deadLetters: { kind: 'fileSink', parallelism: 1, spec: { path, format: 'jsonLines' }, guarantee: 'exactly-once' },
    })
  const { outlets } = await simulate(job('deadLetter'), { seed: 1, workers: 2 })
  expect(outlets).toEqual({
    kept: [0, 2, 4],
    letters: [
      { record: 1, operator: 'sink' },
      { record: 3, operator: 'sink' },
    ],
  })
  const lines = readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as DeadLetter)
  expect(lines.map(({ record }) => record)).toEqual([1, 3])
  await expect(simulate(job('fail'), { seed: 1, restart: { maxRestarts: 0 } })).rejects.toMatchObject({
    message: expect.stringContaining('odd: 1') as string,
  })
})
