/** Chains as generated code and as closures are to do the same: every operator that has both forms, and every partitioner. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { loadOperators } from '../../actors/registry.ts'
import type { Output } from '../../src/actor/contract.ts'
import type { Partitioning } from '../../src/actor/partitioning.ts'
import { compileEmit, type ChainCodeOptions, type ChainStep } from '../../src/graph/chain-code.ts'
import { linkEmit } from '../../src/graph/chain-closures.ts'
import { routingTable } from '../../src/graph/plan.ts'

const registry = await loadOperators()

interface Item {
  readonly id: number
  readonly kind: string
}
type Pushed = { readonly channel: number; readonly record: unknown; readonly timestamp: number }

/** Keeps what is pushed; its credit and its batches depend on nothing but the order of the calls. */
class Recorder implements Output {
  readonly channelCount: number
  readonly route: Uint16Array
  readonly pushed: Pushed[] = []

  constructor(channels: number) {
    this.channelCount = channels
    this.route = routingTable(16, channels)
  }

  push(channel: number, record: unknown, timestamp: number): void {
    this.pushed.push({ channel, record, timestamp })
  }

  pushColumns(): void {}

  beforeWatermark(): void {}

  widest(): number {
    return this.pushed.length % this.channelCount
  }

  pending(): number {
    return this.pushed.length % 3
  }
}

let time = 0
const clock = { nowMs: () => (time += 3), monotonicMs: () => 0 }
const items = fc.array(fc.record({ id: fc.integer(), kind: fc.constantFrom('a', 'b', 'c', 'other') }), { maxLength: 40 })
const times = fc.oneof(fc.integer({ min: -5_000, max: 5_000 }), fc.double({ min: -1e6, max: 1e6, noNaN: true }))
const failures: unknown[] = []
const options = (generateCode: boolean): ChainCodeOptions => ({
  url: 'millrace://test/twins',
  freeze: null,
  fail: (error, step) => (failures.push(step), error),
  generateCode,
})

/** What comes out of both forms. `make` is called anew for each, since some have a memory. */
function both(
  make: (output: Recorder) => ChainStep,
  channels: number,
  records: readonly Item[],
  timestamps: readonly number[],
): [Pushed[], Pushed[]] {
  return [compileEmit, linkEmit].map((compile, i) => {
    const output = new Recorder(channels)
    time = 0
    const emit = compile([make(output)], options(i === 0))
    records.forEach((record, at) => emit(record, timestamps[at % timestamps.length]!))
    return output.pushed
  }) as [Pushed[], Pushed[]]
}

const step = (
  kind: string,
  spec: Readonly<Record<string, unknown>>,
  next: readonly ChainStep[] = [],
  outputs?: ReadonlyMap<string, readonly ChainStep[]>,
): ChainStep => {
  const definition = registry.get(kind)!
  return { id: 0, definition, spec, actor: null, next, ...(outputs && { outputs }) }
}
const end = (output: Output, partitioning: Partitioning): ChainStep => step('partition', { output, partitioning, clock })

const PARTITIONINGS: readonly Partitioning[] = [
  { type: 'forward' },
  { type: 'gather' },
  { type: 'hash', key: 'kind' },
  { type: 'hash', key: (record: Item) => record.id },
  { type: 'rebalance' },
  { type: 'roundRobin' },
  { type: 'broadcast' },
  { type: 'custom', choose: (record: Item, channels: number) => Math.abs(record.id) % channels },
  { type: 'time', bucketMs: 10, by: 'event' },
  { type: 'time', bucketMs: 7, by: 'arrival' },
]

test.each(PARTITIONINGS)('partitioner %j', (partitioning) => {
  fc.assert(
    fc.property(items, fc.array(times, { minLength: 1 }), fc.integer({ min: 1, max: 5 }), (records, timestamps, channels) => {
      const [generated, linked] = both((output) => end(output, partitioning), channels, records, timestamps)
      expect(generated).toEqual(linked)
      expect(generated.length).toBe(records.length * (partitioning.type === 'broadcast' ? channels : 1))
      for (const { channel } of generated) expect(Number.isInteger(channel) && channel >= 0 && channel < channels).toBe(true)
    }),
  )
})

/** Each output behind a map that marks it. */
const marked = (output: Recorder, names: readonly string[]): Map<string, ChainStep[]> =>
  new Map(names.map((name) => [name, [step('map', { fn: (record: Item) => ({ name, record }) }, [end(output, { type: 'forward' })])]]))

const SPLIT = {
  names: ['low', 'a', 'unread'],
  predicates: [({ id }: Item) => id < 0, ({ kind }: Item) => kind === 'a', ({ kind }: Item) => kind === 'b'],
}
const OPERATORS: Readonly<Record<string, (output: Recorder) => ChainStep>> = {
  split: (output) => step('split', { ...SPLIT, rest: null }, [], marked(output, ['low', 'a'])),
  'split with rest': (output) => step('split', { ...SPLIT, rest: 'rest' }, [], marked(output, ['a', 'rest'])),
  'split into nothing but rest': (output) => step('split', { names: [], predicates: [], rest: 'rest' }, [], marked(output, ['rest'])),
  switchOn: (output) => step('switchOn', { field: 'kind' }, [], marked(output, ['a', 'c'])),
  tap: (output) => step('tap', { fn: ({ id }: Item) => output.push(0, `tap ${id}`, NaN) }, [end(output, { type: 'forward' })]),
}

test.each(Object.keys(OPERATORS))('%s', (name) => {
  fc.assert(
    fc.property(items, (records) => {
      const [generated, linked] = both(OPERATORS[name]!, 1, records, [5])
      expect(generated).toEqual(linked)
    }),
  )
})

test('each record goes to the first branch that takes it, and no other predicate is asked', () => {
  const asked: string[] = []
  const predicate = (name: string, holds: boolean) => () => (asked.push(name), holds)
  const spec = {
    names: ['no', 'yes', 'too late'],
    predicates: [predicate('no', false), predicate('yes', true), predicate('too late', true)],
    rest: 'rest',
  }
  const [generated, linked] = both(
    (output) => step('split', spec, [], marked(output, ['no', 'yes', 'too late', 'rest'])),
    1,
    [{ id: 1, kind: 'a' }],
    [0],
  )
  expect(asked).toEqual(['no', 'yes', 'no', 'yes'])
  expect(generated.map(({ record }) => (record as { name: string }).name)).toEqual(['yes'])
  expect(linked).toEqual(generated)
})

test('an iterator that throws after its first record is blamed itself, not what comes behind it', () => {
  function* failing(): Generator<number> {
    yield 1
    throw new Error('planned')
  }
  for (const compile of [compileEmit, linkEmit]) {
    failures.length = 0
    const behind = { ...step('map', { fn: (n: number) => n }), id: 7 }
    const emit = compile([{ ...step('flatMap', { fn: failing }, [behind]), id: 3 }], options(compile === compileEmit))
    expect(() => emit({}, NaN)).toThrow('planned')
    expect(failures).toEqual([3])
  }
})

test('a string out of flatMap is refused in both forms, and the operator blamed', () => {
  for (const compile of [compileEmit, linkEmit]) {
    failures.length = 0
    const behind = { ...step('map', { fn: (text: string) => text }), id: 7 }
    const emit = compile([{ ...step('flatMap', { fn: () => 'text' }, [behind]), id: 3 }], options(compile === compileEmit))
    expect(() => emit({}, NaN)).toThrow(expect.objectContaining({ code: 'MR_OPERATOR_FAILED', message: expect.stringContaining('[text]') }))
    expect(failures).toEqual([3])
  }
})
