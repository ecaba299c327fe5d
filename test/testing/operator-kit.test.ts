import { expect, expectTypeOf, test } from 'vitest'
import type { OperatorActor, OperatorContext, OperatorDefinition, StateChunk } from '../../src/actor/contract.ts'
import { type KitOutput, type Step, operatorKit } from '../../src/testing/index.ts'

interface Order {
  readonly shop: string
  readonly cents: number
}

const order = (shop: string, cents: number, timestamp?: number): Step<Order> =>
  timestamp === undefined ? { record: { shop, cents } } : { record: { shop, cents }, timestamp }

const ORDERS = [order('a', 1, 10), order('b', 2, 20), order('a', 4, 30), order('b', 8, 40)]

test('gives records with their event times, watermarks, idleness and the end, in order and by step', async () => {
  const run = await operatorKit(
    ({ input }) =>
      input<Order>()
        .keyBy('shop')
        .scan(
          () => 0,
          (sum, { cents }) => sum + cents,
        ),
    [
      order('a', 1, 10),
      order('a', 2),
      { watermark: 9 },
      { idle: true },
      { idle: false },
      order('b', 4, 20),
      { watermark: 15 },
      { end: true },
    ],
  )
  expect(run.records.out).toEqual([1, 3, 4])
  expect(run.outputs.out).toEqual([
    { record: 1, timestamp: 10 },
    { record: 3 },
    { watermark: 9 },
    { idle: true },
    { idle: false },
    { record: 4, timestamp: 20 },
    { watermark: 15 },
    { end: true },
  ])
  expect(run.steps[1]).toEqual({ out: [{ record: 1, timestamp: 10 }, { record: 3 }] })
  expect(run.steps[2]).toEqual({ out: [{ watermark: 9 }] })
})

test('merges the watermarks of several channels, and of several inputs', async () => {
  const { outputs } = await operatorKit(
    ({ input }) =>
      input<number>('left', { channels: 2 })
        .union(input<number>('right'))
        .map((n) => n * 2),
    [
      { watermark: 5, input: 'left' },
      { watermark: 7, input: 'right' },
      { watermark: 9, input: 'left', channel: 0 },
      { record: 1, input: 'left', channel: 1 },
      { idle: true, input: 'left', channel: 1 },
      { idle: true, input: 'right' },
      { record: 2, input: 'right', timestamp: 3 },
      { watermark: 20 },
      { end: true, input: 'right' },
      { end: true },
    ],
  )
  expect(outputs.out).toEqual([
    { watermark: 5 },
    { record: 2 },
    { watermark: 7 },
    { watermark: 9 },
    { record: 4, timestamp: 3 },
    { watermark: 20 },
    { end: true },
  ])
})

test('an inlet with event times of its own makes its watermarks and finds itself idle by the clock', async () => {
  const { outputs } = await operatorKit(
    ({ inlet }) => inlet<{ at: number }>('events', { eventTime: (event) => event.at, disorderMs: 3, idleAfterMs: 50 }).map(({ at }) => at),
    [{ record: { at: 10 } }, { record: { at: 8 } }, { advanceMs: 50 }, { record: { at: 20 } }, { nowMs: 500 }, { end: true }],
  )
  expect(outputs.out).toEqual([
    { record: 10, timestamp: 10 },
    { record: 8, timestamp: 8 },
    { watermark: 6 },
    { idle: true },
    { record: 20, timestamp: 20 },
    { idle: false },
    { watermark: 16 },
    { idle: true },
    { end: true },
  ])
})

/** An operator made of one function, whose state is a list of numbers. */
function summing(
  act: (sums: number[], record: Order, context: OperatorContext) => void,
  more: (sums: number[], context: OperatorContext) => Partial<OperatorActor> = () => ({}),
): OperatorDefinition {
  return {
    kind: 'summing',
    create: (_, context) => {
      const sums = [0]
      const snapshot = (): StateChunk[] => [{ scope: 'instance', id: context.index, value: sums.slice() }]
      const restore = (chunks: readonly StateChunk[]): void => void sums.splice(0, sums.length, ...(chunks[0]!.value as number[]))
      return { process: (record) => act(sums, record as Order, context), snapshot, restore, ...more(sums, context) }
    },
  }
}

const counting = (sums: number[], { cents }: Order, context: OperatorContext): void => context.emit((sums[0]! += cents), NaN)

test('an operator that keeps its promises passes', async () => {
  const { records, reruns } = await operatorKit(({ input }) => input<Order>().transform<number>(summing(counting)), ORDERS)
  expect(records.out).toEqual([1, 3, 7, 15])
  expect(reruns).toBeGreaterThan(10)
})

test.each<[string, OperatorDefinition, RegExp]>([
  [
    'forgets part of its state',
    summing(counting, () => ({ snapshot: () => [] })),
    /restored before step 1 .*differs from the first run at output 1/s,
  ],
  ['does not restore', summing(counting, () => ({ restore: () => {} })), /restored before step 1 /],
  [
    'restores what is no plain data',
    summing(counting, (sums) => ({ snapshot: () => [{ scope: 'instance', id: 0, value: [sums[0]! + 1] }] })),
    /restored before step 0 /,
  ],
  [
    'changes its state when it takes a snapshot',
    summing(counting, (sums) => ({ snapshot: () => [{ scope: 'instance', id: 0, value: sums.splice(0, 1, 0) }] })),
    /with a snapshot before every step/,
  ],
  [
    'depends on batches',
    summing(
      (sums, { cents }) => void sums.push(cents),
      (sums, context) => ({ afterBatch: () => context.emit(sums.splice(1), NaN) }),
    ),
    /with one record in a batch: the outlet "out" differs/,
  ],
  [
    'throws when it is compiled no more',
    summing((_, { cents }, context) => (context.generateCode || cents < 4 ? context.emit(cents, NaN) : void JSON.parse('{'))),
    /rerun interpreted\]/,
  ],
])('an operator that %s is found', async (_, definition, message) => {
  await expect(operatorKit(({ input }) => input<Order>().transform<unknown>(definition), ORDERS)).rejects.toThrow(message)
})

test('state that does not move with its keys is found', async () => {
  const job = operatorKit(
    ({ input }) =>
      input<Order>()
        .partitionBy(({ shop }, channels) => (shop === 'a' ? 0 : 1 % channels))
        .transform<number>(summing(counting)),
    ORDERS,
  )
  await expect(job).rejects.toThrow(/on 3 workers/)
})

test('an operator that waits for a time is called at that time, whatever the leap', async () => {
  const timing: OperatorDefinition = {
    kind: 'timing',
    create: (_, context) => {
      let wakeAtMs = Infinity
      return {
        get wakeAtMs() {
          return wakeAtMs
        },
        process: () => void (wakeAtMs = context.clock.nowMs() + 10),
        onTime: (nowMs) => {
          context.emit(nowMs, NaN)
          wakeAtMs = nowMs < 130 ? nowMs + 10 : Infinity
        },
        snapshot: () => [{ scope: 'instance', id: 0, value: wakeAtMs }],
        restore: (chunks) => void (wakeAtMs = chunks[0]!.value as number),
      }
    },
  }
  const { records } = await operatorKit(
    ({ input }) => input().transform<number>(timing),
    [{ record: 1 }, { advanceMs: 25 }, { nowMs: 1000 }],
    { startMs: 100 },
  )
  expect(records.out).toEqual([110, 120, 130])
})

test('sources run turn by turn, and go on from their splits', async () => {
  const build = ({ source }: Parameters<Parameters<typeof operatorKit>[0]>[0]) =>
    source.generate('numbers', { count: 5000, splits: 4, make: (i) => ({ shop: 'a', cents: i }) }).filter(({ cents }) => cents % 500 === 0)
  const { records } = await operatorKit(
    build,
    Array.from({ length: 5 }, () => ({ turns: 1 })),
    { order: 'any' },
  )
  expect(records.out.map(({ cents }) => cents).sort((a, b) => a - b)).toEqual(Array.from({ length: 10 }, (_, i) => 500 * i))
})

test('refuses scripts that do not fit', async () => {
  const run = (step: object, inputs = ['in']) =>
    operatorKit(({ input }) => ({ out: input(inputs[0]).union(...inputs.slice(1).map((name) => input(name))) }), [step as Step])
  await expect(run({})).rejects.toThrow(/Step 0 of the script is none of record, watermark/)
  await expect(run({ record: 1, end: true })).rejects.toThrow(/more than one of/)
  await expect(run({ record: 1, input: 'other' })).rejects.toThrow(/Inputs: in/)
  await expect(run({ record: 1, channel: 3 })).rejects.toThrow(/no channel 3/)
  await expect(run({ record: 1 }, ['left', 'right'])).rejects.toThrow(/left, right/)
  await expect(operatorKit(({ input }) => input(), [{ end: true }, { record: 1 }])).rejects.toThrow(/after the end/)
})

test('outputs are typed by what the piece returns', async () => {
  const one = await operatorKit(({ input }) => input<Order>().map(({ cents }) => cents), [])
  expectTypeOf(one.records).toEqualTypeOf<{ readonly out: number[] }>()
  expectTypeOf(one.outputs.out).toEqualTypeOf<KitOutput<number>[]>()
  const two = await operatorKit(
    ({ input }) => input<Order>().split({ big: ({ cents }) => cents > 5 }, { rest: 'small' }),
    [order('a', 9), order('a', 2)],
  )
  expectTypeOf(two.records.big).toEqualTypeOf<Order[]>()
  expect(two.records).toEqual({ big: [{ shop: 'a', cents: 9 }], small: [{ shop: 'a', cents: 2 }] })
})
