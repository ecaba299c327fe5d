/** Records of sources by what the compiler knows: checked when the tests are compiled. */
import { Readable } from 'node:stream'
import { expect, expectTypeOf, test } from 'vitest'
import { defineJob } from '../../src/index.ts'
import type { Job, OperatorDefinition, Stream, Tick } from '../../src/index.ts'

test('sources are streams of what their functions say', async () => {
  const own: OperatorDefinition = { kind: 'own', create: () => ({ poll: () => 'end' as const }) }
  const job = defineJob(import.meta, {
    build: ({ source }) => {
      const rows = source.generate('rows', { count: 1, rowsPerSecond: 5, make: (n) => ({ n }), eventTime: (row) => row.n })
      expectTypeOf(rows).toEqualTypeOf<Stream<{ n: number }>>()
      const ticks = source.timer('ticks', { everyMs: 5, count: 1, eventTime: (tick) => tick.at })
      expectTypeOf(ticks).toEqualTypeOf<Stream<Tick>>()
      const numbers = source.iterable('numbers', { open: (position) => [position], resume: 'seek' })
      expectTypeOf(numbers).toEqualTypeOf<Stream<number>>()
      const web = source.iterable('web', { open: () => new ReadableStream<Date>() })
      expectTypeOf(web).toEqualTypeOf<Stream<Date>>()
      const typed = source.iterable<string>('typed', { open: async () => Readable.from(['a']) })
      expectTypeOf(typed).toEqualTypeOf<Stream<string>>()
      const lines = source.lines('lines', { glob: ['*.log', '*.txt'], watch: { everyMs: 5 }, onError: 'skip' })
      expectTypeOf(lines).toEqualTypeOf<Stream<string>>()
      const raw = source.csv('raw', { path: 'a.csv', quote: false })
      expectTypeOf(raw).toEqualTypeOf<Stream<Readonly<Record<string, string>>>>()
      const parsed = source.csv('parsed', { path: 'a.csv', parse: (row) => Number(row['n']) })
      expectTypeOf(parsed).toEqualTypeOf<Stream<number>>()
      expectTypeOf(source.from<{ id: number }>('own', own, {}, { parallelism: 'workers' })).toEqualTypeOf<Stream<{ id: number }>>()
      // @ts-expect-error -- a timer has a period
      expect(() => source.timer('none', {})).toThrow(/everyMs/)
      // @ts-expect-error -- no such policy
      expect(() => source.lines('bad', { path: 'a', onError: 'ignore' })).toThrow(/onError/)
      return { rows }
    },
  })
  expect((await job.buildGraph({})).nodes).toHaveLength(10)
})

test('a stream of nothing goes where streams of all types do, but does not stand for another one', async () => {
  const job = defineJob(import.meta, {
    build: ({ source }) => {
      const rows = source.generate('rows', { count: 1, make: (n): Row => ({ n }) })
      const given = source.iterable<Row>('given', { open: () => [] })
      const nothing = source.iterable('nothing', { open: () => [] })
      expectTypeOf(nothing).toEqualTypeOf<Stream<never>>()
      expectTypeOf(rows.union(nothing, given)).toEqualTypeOf<Stream<Row>>()
      expectTypeOf(nothing.union(rows)).toEqualTypeOf<Stream<Row>>()
      expectTypeOf(nothing).not.toExtend<Stream<Row>>()
      return { rows, nothing }
    },
  })
  expectTypeOf<OutletRecord<OutletsOf<typeof job>['nothing']>>().toEqualTypeOf<never>()
  expect((await job.buildGraph({})).nodes).toHaveLength(5)
})

type OutletsOf<J> = J extends Job<infer _C, infer O> ? O : never
type OutletRecord<S> = S extends Stream<infer T> ? T : unknown

interface Row {
  readonly n: number
}
