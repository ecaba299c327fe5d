import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalKey } from '../../src/core/key.ts'
import { type Key, hashKey } from '../../src/core/key-hash.ts'
import { openStates } from '../../src/state/open-states.ts'
import { StateJournal } from '../../src/state/state-journal.ts'
import { CLOSED, StateScope } from '../../src/state/state-scope.ts'
import type { ListState, MapState, ReducingState, TimeToLive, ValueState } from '../../src/state/state-specs.ts'
import { aggregating, list, map, reducing, value } from '../../src/state/state-specs.ts'
import type { AggregatingState, StateSpecs } from '../../src/state/state-specs.ts'
import { BACKEND_TYPES, type BackendType, type TestedBackend, testedBackend } from './backends.ts'
import { smallKey } from './keys.ts'
import { inTier } from '../tier.ts'

type Data = number | string | { readonly n: number; readonly tags: readonly string[] } | null

interface Handles {
  readonly value: ValueState<Data>
  readonly list: ListState<Data>
  readonly map: MapState<string | number, Data>
  readonly sum: ReducingState<number>
  readonly seen: AggregatingState<string, string>
}

const specsWith = (ttl: TimeToLive | undefined): StateSpecs => {
  const options = ttl === undefined ? {} : { ttl }
  return {
    value: value<Data>(options),
    list: list<Data>(options),
    map: map<string | number, Data>(options),
    sum: reducing<number>((a, b) => a + b, options),
    seen: aggregating<string, string[], string>(
      {
        create: () => [],
        add: (acc, text) => {
          acc.push(text)
          return acc
        },
        result: (acc) => acc.join(),
      },
      options,
    ),
  }
}

const GROUPS = 8

/** One operator's state as an instance has it. */
class Instance {
  readonly tested: TestedBackend
  readonly scope = new StateScope(true)
  readonly handles: Handles

  constructor(type: BackendType, ttl: TimeToLive | undefined) {
    this.tested = testedBackend(type, GROUPS)
    this.handles = openStates(specsWith(ttl), this.backend, this.scope) as unknown as Handles
  }

  get backend(): TestedBackend['backend'] {
    return this.tested.backend
  }

  at<R>(key: Key, nowMs: number, call: (handles: Handles) => R): R {
    this.scope.nowMs = nowMs
    this.scope.slot = this.tested.select(key)
    const result = call(this.handles)
    this.scope.slot = CLOSED
    return result
  }
}

interface Dated {
  value: Data
  at: number
}

/** What the handles of one key must say: plain containers with a time beside every value. */
interface Model {
  value: Dated | undefined
  list: Dated[]
  map: Map<string | number, Dated>
  sum: { value: number; at: number } | undefined
  seen: { value: string[]; at: number } | undefined
}

/** The same states, in plain Maps. */
class Oracle {
  readonly #models = new Map<string, Model>()
  readonly #ttl: TimeToLive | undefined
  nowMs = 0

  constructor(ttl: TimeToLive | undefined) {
    this.#ttl = ttl
  }

  copy(): Oracle {
    const copy = new Oracle(this.#ttl)
    copy.nowMs = this.nowMs
    for (const [key, model] of this.#models) copy.#models.set(key, structuredClone(model))
    return copy
  }

  model(key: Key): Model {
    const text = canonicalKey(key)
    const model = this.#models.get(text) ?? { value: undefined, list: [], map: new Map(), sum: undefined, seen: undefined }
    this.#models.set(text, model)
    const live = (dated: { at: number } | undefined): boolean =>
      dated !== undefined && (this.#ttl === undefined || dated.at + this.#ttl.ms > this.nowMs)
    if (!live(model.value)) model.value = undefined
    if (!live(model.sum)) model.sum = undefined
    if (!live(model.seen)) model.seen = undefined
    model.list = model.list.filter(live)
    for (const [name, dated] of model.map) if (!live(dated)) model.map.delete(name)
    return model
  }

  read<D extends { at: number }>(dated: D | undefined): D | undefined {
    if (dated !== undefined && this.#ttl?.refresh === 'onReadAndWrite') dated.at = this.nowMs
    return dated
  }
}

const data: fc.Arbitrary<Data> = fc.oneof(
  fc.double({ noNaN: true }),
  fc.constantFrom('', 'a', 'a text that is long enough to be cut out of another', '\ud800', null, -0),
  fc.record({ n: fc.integer(), tags: fc.array(fc.string({ maxLength: 3 }), { maxLength: 2 }) }, { noNullPrototype: true }),
)
const name = fc.constantFrom<string | number>('x', 'y', 1, -0, '__proto__')

type Step = (handles: Handles, model: Model, oracle: Oracle) => void

const same = (actual: unknown, expected: unknown): void => expect(actual).toStrictEqual(expected)

const readAll: Step = ({ value, list, map, sum, seen }, model, oracle) => {
  same(value.get(), oracle.read(model.value)?.value)
  same(value.has(), model.value !== undefined)
  same(
    list.get(),
    model.list.map((dated) => oracle.read(dated)!.value),
  )
  same([...list], list.get())
  same(list.length, model.list.length)
  same(new Map(map.entries()), new Map([...model.map].map(([key, dated]) => [key, oracle.read(dated)!.value])))
  same(map.size, model.map.size)
  same(sum.get(), oracle.read(model.sum)?.value)
  same(seen.get(), oracle.read(model.seen)?.value.join())
}

const steps: fc.Arbitrary<Step> = fc.oneof(
  data.map((given): Step => (handles, model, { nowMs }) => {
    handles.value.set(given)
    model.value = { value: given, at: nowMs }
  }),
  data.map((given): Step => (handles, model, { nowMs }) => {
    handles.list.add(given, given)
    model.list.push({ value: given, at: nowMs }, { value: given, at: nowMs })
  }),
  fc.array(data, { maxLength: 3 }).map((given): Step => (handles, model, { nowMs }) => {
    handles.list.set(given)
    model.list = given.map((each) => ({ value: each, at: nowMs }))
  }),
  fc.tuple(name, data).map(([key, given]): Step => (handles, model, { nowMs }) => {
    handles.map.set(key, given)
    model.map.set(key, { value: given, at: nowMs })
  }),
  name.map(
    (key): Step =>
      (handles, model) =>
        same(handles.map.delete(key), model.map.delete(key)),
  ),
  name.map(
    (key): Step =>
      (handles, model, oracle) =>
        same(handles.map.get(key), oracle.read(model.map.get(key))?.value),
  ),
  fc.integer({ min: -9, max: 9 }).map((n): Step => (handles, model, { nowMs }) => {
    handles.sum.add(n)
    model.sum = { value: (model.sum?.value ?? 0) + n, at: nowMs }
  }),
  fc.string({ maxLength: 3 }).map((text): Step => (handles, model, { nowMs }) => {
    handles.seen.add(text)
    model.seen = { value: [...(model.seen?.value ?? []), text], at: nowMs }
  }),
  fc.constantFrom('value', 'list', 'map', 'sum', 'seen' as const).map((which): Step => (handles, model) => {
    handles[which as 'value'].clear()
    if (which === 'list') model.list = []
    else if (which === 'map') model.map = new Map()
    else model[which as 'value'] = undefined
  }),
  fc.constant(readAll),
)

type Move =
  | { readonly type: 'steps'; readonly key: Key; readonly steps: readonly Step[]; readonly fails: boolean }
  | { readonly type: 'time'; readonly ms: number }
  | { readonly type: 'batch' }
  | { readonly type: 'rescale'; readonly instances: number }

const moves: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constant('steps' as const),
      key: smallKey,
      steps: fc.array(steps, { maxLength: 5 }),
      fails: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('time' as const), ms: fc.integer({ min: 0, max: 60 }) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('batch' as const) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('rescale' as const), instances: fc.integer({ min: 1, max: 3 }) }) },
)

const ttls: readonly (readonly [string, TimeToLive | undefined])[] = [
  ['without time to live', undefined],
  ['that live from their last write', { ms: 100 }],
  ['that live from their last read or write', { ms: 100, refresh: 'onReadAndWrite' }],
]

/** Backends of an operator's lives, in turn. */
const lives: readonly (readonly [string, readonly BackendType[]])[] = [
  ['in memory', ['memory']],
  ['larger than memory', ['lmdb']],
  ['now in memory, now larger', ['memory', 'lmdb']],
]

describe.each(lives.flatMap(([where, types]) => ttls.map(([what, ttl]) => [what, where, types, ttl] as const)))(
  'state handles %s, %s,',
  (_what, _where, types, ttl) => {
    test('are plain containers, whatever happens between: failures that are undone, checkpoints, other numbers of instances', () => {
      fc.assert(
        fc.property(fc.array(moves, { maxLength: 60 }), (all) => {
          let life = 0
          const instance = (): Instance => new Instance(types[life % types.length]!, ttl)
          let instances = [instance()]
          let oracle = new Oracle(ttl)
          const ownerOf = (key: Key): Instance => instances[(hashKey(key) % GROUPS) % instances.length]!
          for (const move of all) {
            if (move.type === 'time') oracle.nowMs += move.ms
            else if (move.type === 'batch') for (const { backend } of instances) backend.batchDone(oracle.nowMs)
            else if (move.type === 'rescale') {
              life++
              instances = rescaled(instances, Array.from({ length: move.instances }, instance), oracle.nowMs)
            } else oracle = perform(ownerOf(move.key), move, oracle)
          }
        }),
        { numRuns: inTier(50, 150) },
      )
    })
  },
)

/** A record: its steps are made, or made and undone. */
function perform(instance: Instance, { key, steps: all, fails }: Move & { type: 'steps' }, before: Oracle): Oracle {
  const after = before.copy()
  const journal = new StateJournal()
  instance.scope.journal = fails ? journal : null
  instance.at(key, after.nowMs, (handles) => {
    for (const step of all) step(handles, after.model(key), after)
  })
  instance.scope.journal = null
  if (fails) journal.rollback()
  const kept = fails ? before : after
  instance.at(key, kept.nowMs, (handles) => readAll(handles, kept.model(key), kept))
  return kept
}

function rescaled(instances: readonly Instance[], next: Instance[], nowMs: number): Instance[] {
  for (const { tested } of instances) {
    for (const [group, chunks] of tested.snapshot(GROUPS, nowMs)) next[group % next.length]!.backend.restore(chunks, nowMs)
  }
  return next
}

describe.each(BACKEND_TYPES)('a keyed state (%s)', (type) => {
  test('gives the memory of cleared and expired keys to new ones', () => {
    const instance = new Instance(type, { ms: 10 })
    for (let round = 0; round < 20; round++) {
      for (let key = 0; key < 1_000; key++) {
        instance.at(`key number ${round * 1_000 + key}`, round * 20, ({ value, list }) => (key % 2 === 0 ? value.set(key) : list.add(key)))
      }
      instance.backend.batchDone(round * 20)
    }
    expect(instance.backend.keys.size).toBeLessThan(4_000)
  })

  test('is not changed by what happens to a value outside', () => {
    const instance = new Instance(type, undefined)
    const given = { n: 1, tags: ['a'] }
    instance.at(1, 0, ({ value }) => value.set(given))
    given.n = 2
    given.tags.push('b')
    const read = instance.at(1, 0, ({ value }) => value.get())
    expect(read).toEqual({ n: 1, tags: ['a'] })
    expect(() => (read as { n: number }).n++).toThrow(TypeError)
  })

  test.each([
    ['a function', { f: () => 1 }, /field f /],
    ['a class instance', { at: [new (class Point {})()] }, /at\[0\] .*Point/],
    ['a symbol', Symbol('x'), /Symbol\(x\)/],
  ])('refuses %s, with its path', (_, bad, message) => {
    const instance = new Instance(type, undefined)
    const set = (): void => instance.at(1, 0, ({ value }) => value.set(bad as never))
    expect(set).toThrow(expect.objectContaining({ code: 'MR_RECORD_NOT_SERIALIZABLE', message: expect.stringMatching(message) }))
  })

  test('is not there outside of a call', () => {
    const { handles } = new Instance(type, undefined)
    for (const access of [() => handles.value.get(), () => handles.list.add(1), () => handles.map.set('a', 1), () => handles.sum.get()])
      expect(access).toThrow(expect.objectContaining({ code: 'MR_CONTEXT_CLOSED' }))
  })
})

describe.each(BACKEND_TYPES)('the version of a state (%s)', (type) => {
  const open = (specs: StateSpecs): TestedBackend & { scope: StateScope; handles: Record<string, unknown> } => {
    const tested = testedBackend(type, 1)
    const scope = new StateScope(false)
    return { ...tested, scope, handles: openStates(specs, tested.backend, scope) }
  }
  const written = (spec: StateSpecs[string], write: (handle: never) => void): Record<string, Uint8Array> => {
    const { select, snapshot, scope, handles } = open({ it: spec })
    scope.slot = select('key')
    write(handles['it'] as never)
    return snapshot(1, 0).get(0)!
  }
  const restored = (spec: StateSpecs[string], chunks: Record<string, Uint8Array>): unknown => {
    const { backend, select, scope, handles } = open({ it: spec })
    backend.restore(chunks, 5)
    scope.slot = select('key')
    scope.nowMs = 5
    return handles['it']
  }

  test('is told to migrate, which turns old values, elements and entries into new ones', () => {
    const migrate = (old: number, from: number): string => `${old} of ${from}`
    const one = written(value<number>(), (handle: ValueState<number>) => handle.set(1))
    expect((restored(value<string>({ version: 3, migrate }), one) as ValueState<string>).get()).toBe('1 of 1')
    const two = written(list<number>({ version: 2 }), (handle: ListState<number>) => handle.add(1, 2))
    expect((restored(list<string>({ version: 3, migrate }), two) as ListState<string>).get()).toEqual(['1 of 2', '2 of 2'])
    const three = written(map<string, number>(), (handle: MapState<string, number>) => handle.set('a', 7))
    expect((restored(map<string, string>({ version: 2, migrate }), three) as MapState<string, string>).get('a')).toBe('7 of 1')
  })

  test.each([
    ['a later version without migrate', value<number>({ version: 2 }), /migrate/],
    ['an earlier version', value<number>({ version: 1, migrate: (old: number) => old }), /version/],
    ['another type', list<number>(), /another name/],
  ])('refuses %s', (what, spec, message) => {
    const chunks = written(value<number>({ version: what === 'an earlier version' ? 2 : 1 }), (handle: ValueState<number>) => handle.set(1))
    expect(() => restored(spec, chunks)).toThrow(
      expect.objectContaining({ code: 'MR_STATE_INCOMPATIBLE', message: expect.stringMatching(message) }),
    )
  })

  test('a time to live may be given to a state that had none, and be taken away', () => {
    const plain = written(value<number>(), (handle: ValueState<number>) => handle.set(1))
    expect((restored(value<number>({ ttl: { ms: 10 } }), plain) as ValueState<number>).get()).toBe(1)
    const timed = written(value<number>({ ttl: { ms: 10 } }), (handle: ValueState<number>) => handle.set(2))
    expect((restored(value<number>(), timed) as ValueState<number>).get()).toBe(2)
  })
})
