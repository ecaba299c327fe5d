/** What the compiler knows of a job: checked when the tests are compiled, so that running them only shows that they were. */
import { expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import type { BuildContext, Inlet, Inlets, Job, LaunchArguments, LaunchOptions, Outlet, Outlets, Run, Stream } from '../../src/index.ts'
import { defineJob, inlet } from '../../src/index.ts'
import orders from '../embed/jobs/orders.ts'
import type { Order } from '../embed/jobs/orders.ts'

type RunOf<J> = J extends Job<unknown, infer O, infer I, unknown> ? Run<O, I> : never
type LaunchOf<J> = J extends Job<unknown, infer _O, infer _I, infer R> ? LaunchArguments<R> : never

/** Calls nothing: only the types of what a run would be matter. */
function whatARunOf<J>(_job: J, _use: (run: RunOf<J>) => void): void {}

test('the program of the guide: inlet, outlet and config are typed', () => {
  whatARunOf(orders, (run) => {
    expectTypeOf(run.inlet('orders')).toEqualTypeOf<Inlet<Order>>()
    expectTypeOf(run.inlet('orders').push).parameter(0).toEqualTypeOf<Order>()
    expectTypeOf(run.outlet('perShop')).toExtend<Outlet<{ readonly key: string; readonly orders: number; readonly cents: number }>>()
    // @ts-expect-error -- there is no such inlet
    run.inlet('odrers')
    // @ts-expect-error -- there is no such outlet
    run.outlet('perMinute')
    // @ts-expect-error -- an order has more fields
    void run.inlet('orders').push({ shop: 'a' })
  })
  expectTypeOf<LaunchOf<typeof orders>>().toEqualTypeOf<[options?: LaunchOptions<{ minCents?: unknown }>]>()
})

test('config: a field without a default must be given to launch, and build sees what the schema makes of it', () => {
  const job = defineJob(import.meta, {
    config: z.object({ file: z.string(), limit: z.string().transform(Number).default(3) }),
    build: ({ source, config }) => {
      expectTypeOf(config).toEqualTypeOf<{ file: string; limit: number }>()
      return { rows: source.lines('lines', { path: config.file }) }
    },
  })
  type Arguments = LaunchOf<typeof job>
  expectTypeOf<Arguments>().toEqualTypeOf<[options: LaunchOptions<{ file: string; limit?: string | undefined }>]>()
  expectTypeOf<[{ config: { file: string } }]>().toExtend<Arguments>()
  expectTypeOf<[{ workers: 1 }]>().not.toExtend<Arguments>()
  expectTypeOf<[{ config: { file: number } }]>().not.toExtend<Arguments>()
})

test('config without a schema has the type that build says', () => {
  const job = defineJob(import.meta, {
    build: ({ source, config }: BuildContext<{ readonly count: number }>) => ({
      rows: source.generate('rows', { count: config.count, make: (n) => n }),
    }),
  })
  expectTypeOf<LaunchOf<typeof job>>().toEqualTypeOf<[options: LaunchOptions<{ readonly count: number }>]>()
  whatARunOf(job, (run) => expectTypeOf(run.outlet('rows')).toEqualTypeOf<Outlet<number>>())
})

test('config without a schema and without a word about it is empty', () => {
  const job = defineJob(import.meta, { build: ({ source }) => ({ rows: source.generate('rows', { count: 1, make: (n) => ({ n }) }) }) })
  expectTypeOf<[]>().toExtend<LaunchOf<typeof job>>()
  expectTypeOf<[{ config: { count: 1 } }]>().not.toExtend<LaunchOf<typeof job>>()
  whatARunOf(job, (run) => expectTypeOf(run.outlet('rows')).toEqualTypeOf<Outlet<{ n: number }>>())
})

test('a job whose build returns nothing has no outlets', () => {
  const job = defineJob(import.meta, {
    inlets: { numbers: inlet<number>() },
    build: ({ inlets, sink }) => {
      inlets.numbers.to(sink.forEach(() => {}))
    },
  })
  whatARunOf(job, (run) => {
    expectTypeOf(run.outlet).parameter(0).toEqualTypeOf<never>()
    expectTypeOf(run.inlet('numbers')).toEqualTypeOf<Inlet<number>>()
  })
})

test('several inlets of different types; tables as outlets', () => {
  const job = defineJob(import.meta, {
    inlets: { left: inlet<{ id: number }>(), right: inlet<string>() },
    build: ({ inlets }) => {
      expectTypeOf(inlets.left).toEqualTypeOf<Stream<{ id: number }>>()
      return { left: inlets.left.map(({ id }) => `${id}`), counted: inlets.right.aggregate((a) => ({ rows: a.count() })) }
    },
  })
  whatARunOf(job, (run) => {
    expectTypeOf(run.inlet('left')).toEqualTypeOf<Inlet<{ id: number }>>()
    expectTypeOf(run.inlet('right')).toEqualTypeOf<Inlet<string>>()
    expectTypeOf(run.outlet('left')).toEqualTypeOf<Outlet<string>>()
    expectTypeOf(run.outlet('counted')).toExtend<Outlet<{ readonly rows: number }>>()
  })
})

test('inlets that build() makes take any name, and their type from whoever pushes', () => {
  const job = defineJob(import.meta, { build: ({ inlet: open }) => ({ all: open<Order>('orders') }) })
  whatARunOf(job, (run) => {
    expectTypeOf(run.inlet('orders')).toEqualTypeOf<Inlet<unknown>>()
    expectTypeOf(run.inlet<Order>('orders')).toEqualTypeOf<Inlet<Order>>()
    expectTypeOf(run.outlet('all')).toEqualTypeOf<Outlet<Order>>()
  })
})

test('jobs of all kinds fit where any job is taken', () => {
  expectTypeOf(orders).toExtend<Job>()
  expectTypeOf(orders).toExtend<Job<unknown, Outlets, Inlets, unknown>>()
  expectTypeOf<RunOf<typeof orders>>().toExtend<Run>()
  whatARunOf(orders, (run) => {
    const any: Run = run
    expectTypeOf(any.inlet<Order>('orders')).toEqualTypeOf<Inlet<Order>>()
  })
})
