import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ProcessState } from '../../actors/process-state.ts'
import type { OperatorContext, StateChunk } from '../../src/actor/contract.ts'
import { openStates } from '../../src/state/open-states.ts'
import { CLOSED, StateScope } from '../../src/state/state-scope.ts'
import { aggregating, list, map, value } from '../../src/state/state-specs.ts'
import type { AggregatingState, ListState, MapState, StateSpecs, TimeToLive, ValueState } from '../../src/state/state-specs.ts'
import { storedIn } from '../../src/worker/stored-state.ts'
import { encodeChunk } from '../../src/worker/chunk-key.ts'
import { hashKey } from '../../src/core/key-hash.ts'
import { REMOVED_KEYS_MAX } from '../../src/limits.ts'
import { StateJournal } from '../../src/state/state-journal.ts'
import { inTier } from '../tier.ts'

const GROUPS = 2

const specsWith = (ttl: TimeToLive | undefined): StateSpecs => ({
  value: value<object>(),
  old: value<number>(ttl === undefined ? {} : { ttl }),
  list: list<number>(ttl === undefined ? {} : { ttl }),
  map: map<string, number>(),
  seen: aggregating<number, number[], string>({
    create: () => [],
    add: (acc, n) => (acc.push(n), acc),
    result: (acc) => acc.join(),
  }),
})

interface Handles {
  readonly value: ValueState<{ n: number }>
  readonly old: ValueState<number>
  readonly list: ListState<number>
  readonly map: MapState<string, number>
  readonly seen: AggregatingState<number, string>
}

/** One instance of an operator with named state. */
class Instance {
  readonly kept: ProcessState
  readonly #scope = new StateScope(false)
  readonly #handles: Handles

  constructor(ttl: TimeToLive | undefined, rowsPerStep: number) {
    const context = { backend: { type: 'memory' }, keyGroups: GROUPS, batchRecords: rowsPerStep, wake: () => {} }
    this.kept = new ProcessState(context as unknown as OperatorContext)
    this.#handles = openStates(specsWith(ttl), this.kept.backend, this.#scope) as unknown as Handles
  }

  at<R>(key: number, nowMs: number, call: (handles: Handles, slot: number) => R): R {
    this.#scope.nowMs = nowMs
    const slot = this.kept.backend.keys.slotOf(key)
    this.#scope.slot = slot
    const result = call(this.#handles, slot)
    this.#scope.slot = CLOSED
    return result
  }

  /** A record that fails, after it has changed something. */
  undone(key: number, nowMs: number, call: (handles: Handles, slot: number) => void): void {
    this.#scope.journal = new StateJournal()
    this.at(key, nowMs, call)
    this.#scope.journal.rollback()
    this.#scope.journal = null
  }

  content(nowMs: number, keys: readonly number[]): Map<number, unknown> {
    const timers = { event: new Map<number, number[]>(), processing: new Map<number, number[]>() }
    for (const domain of ['event', 'processing'] as const)
      this.kept[domain].forEach((slot, time) => {
        const key = this.kept.backend.keys.keyAt(slot) as number
        timers[domain].set(
          key,
          [...(timers[domain].get(key) ?? []), time].toSorted((a, b) => a - b),
        )
      })
    const all = new Map<number, unknown>()
    for (const key of keys) {
      const states = this.at(key, nowMs, (handles) => [
        structuredClone(handles.value.get()),
        handles.old.get(),
        handles.list.get(),
        new Map(handles.map.entries()),
        handles.seen.get(),
      ])
      all.set(key, [states, timers.event.get(key), timers.processing.get(key)])
    }
    this.kept.backend.keys.sweep()
    return all
  }
}

const KEYS = Array.from({ length: 48 }, (_, key) => key)

const same = (actual: unknown, expected: unknown): void => expect(actual).toEqual(expected)

type Change = (handles: Handles, slot: number, instance: Instance) => void

const changes: fc.Arbitrary<Change> = fc.oneof(
  fc.nat(99).map(
    (n): Change =>
      (handles) =>
        handles.value.set({ n }),
  ),
  // In place, as whoever does not freeze records may.
  fc.nat(99).map((n): Change => (handles) => {
    const old = handles.value.get() ?? { n: 0 }
    old.n += n
    handles.value.set(old)
  }),
  fc.constant<Change>((handles) => handles.value.clear()),
  fc.nat(99).map(
    (n): Change =>
      (handles) =>
        handles.old.set(n),
  ),
  fc.constant<Change>((handles) => handles.old.clear()),
  fc.nat(99).map(
    (n): Change =>
      (handles) =>
        handles.list.add(n, n + 1),
  ),
  fc.constant<Change>((handles) => handles.list.clear()),
  fc.tuple(fc.constantFrom('a', 'b'), fc.nat(99)).map(
    ([name, n]): Change =>
      (handles) =>
        handles.map.set(name, n),
  ),
  fc.constantFrom('a', 'b').map(
    (name): Change =>
      (handles) =>
        void handles.map.delete(name),
  ),
  fc.nat(99).map(
    (n): Change =>
      (handles) =>
        handles.seen.add(n),
  ),
  fc.constant<Change>((handles) => handles.seen.clear()),
  fc.tuple(fc.constantFrom('event', 'processing'), fc.nat(3)).map(
    ([domain, time]): Change =>
      (_, slot, { kept }) =>
        kept[domain].set(slot, time),
  ),
  fc.tuple(fc.constantFrom('event', 'processing'), fc.nat(3)).map(
    ([domain, time]): Change =>
      (_, slot, { kept }) =>
        void kept[domain].delete(slot, time),
  ),
  fc.constant<Change>((handles, slot, { kept }) => {
    for (const name of ['value', 'old', 'list', 'map', 'seen'] as const) handles[name].clear()
    for (let time = 0; time < 4; time++) {
      kept.event.delete(slot, time)
      kept.processing.delete(slot, time)
    }
  }),
)

type Move =
  | { readonly key: number; readonly change: Change; readonly fails: boolean }
  | { readonly passMs: number }
  /** What becomes of a checkpoint; and after how many moves it is asked on, each time. */
  | { readonly checkpoint: 'completes' | 'fails' | 'is told late' | 'is given up'; readonly every: number }
  | { readonly restart: number }

const moves: fc.Arbitrary<Move[]> = fc.array(
  fc.oneof(
    {
      weight: 48,
      arbitrary: fc.record({ key: fc.nat(KEYS.length - 1), change: changes, fails: fc.constantFrom(false, false, false, true) }),
    },
    { weight: 4, arbitrary: fc.record({ passMs: fc.nat(60) }) },
    {
      weight: 16,
      arbitrary: fc.record({
        checkpoint: fc.constantFrom(
          'completes' as const,
          'completes' as const,
          'fails' as const,
          'is told late' as const,
          'is given up' as const,
        ),
        every: fc.nat(4),
      }),
    },
    { weight: 1, arbitrary: fc.record({ restart: fc.integer({ min: 1, max: 3 }) }) },
  ),
  { minLength: 100, maxLength: 300 },
)

/** By key group, the chunks of a checkpoint in their order. */
type Stored = ReadonlyMap<number, readonly unknown[]>

/** An operator over its lives, and the store of its checkpoints. */
class Operator {
  readonly #ttl: TimeToLive | undefined
  #instances: Instance[]
  readonly #complete = new Map<number, Stored>()
  #latest = 0
  #id = 0
  #nowMs = 1_000
  #late = 0
  #givenUp = 0
  #taken: {
    readonly id: number
    readonly nowMs: number
    readonly expected: Map<number, unknown>
    readonly rest: Iterator<StateChunk | null>[]
  } | null = null
  readonly #chunks: StateChunk[] = []

  constructor(ttl: TimeToLive | undefined) {
    this.#ttl = ttl
    this.#instances = [this.#instance()]
  }

  async run(script: readonly Move[]): Promise<void> {
    // So many that what changes between two checkpoints is less than half.
    for (const key of KEYS)
      this.#ownerOf(key).at(key, this.#nowMs, ({ value: handle, map: entries }) =>
        key % 2 === 0 ? handle.set({ n: 0 }) : entries.set('a', key),
      )
    let outcome: Extract<Move, { checkpoint: unknown }> | null = null
    let count = 0
    for (const move of script) {
      if ('change' in move) this.#change(move)
      else if ('passMs' in move) this.#pass(move.passMs)
      else if ('restart' in move) {
        this.#taken = outcome = null
        await this.#restart(move.restart)
      } else {
        this.#begin()
        outcome = move
      }
      if (outcome === null || count++ % (outcome.every + 1) !== 0) continue
      if (outcome.checkpoint === 'is given up' && count % 2 === 0) {
        this.#givenUp = this.#taken!.id
        if (count % 4 === 0) this.#tellGivenUp()
        this.#taken = outcome = null
      } else if (!this.#encodes()) {
        await this.#end(outcome.checkpoint)
        outcome = null
      }
    }
    await this.#restart(2)
  }

  #instance(): Instance {
    return new Instance(this.#ttl, 1)
  }

  #ownerOf(key: number): Instance {
    return this.#instances[(hashKey(key) % GROUPS) % this.#instances.length]!
  }

  #change({ key, change, fails }: Extract<Move, { change: unknown }>): void {
    const instance = this.#ownerOf(key)
    const call = (handles: Handles, slot: number): void => change(handles, slot, instance)
    // Timers are taken back by their own journal entries, which this one has not asked for.
    if (fails) instance.undone(key, this.#nowMs, (handles) => handles.list.set([7]))
    else instance.at(key, this.#nowMs, call)
    instance.kept.backend.batchDone(this.#nowMs)
  }

  #pass(ms: number): void {
    this.#nowMs += ms
    for (const { kept } of this.#instances) kept.backend.batchDone(this.#nowMs)
  }

  #begin(): void {
    const id = ++this.#id
    this.#chunks.length = 0
    const expected = this.#content(this.#instances, this.#nowMs)
    const rest = this.#instances.map(({ kept }) => kept.snapshot(id, this.#nowMs)[Symbol.iterator]())
    this.#taken = { id, nowMs: this.#nowMs, expected, rest }
    this.#tellGivenUp()
  }

  /** At once, or when the next one has begun. */
  #tellGivenUp(): void {
    for (const { kept } of this.#instances) kept.checkpointFailed(this.#givenUp)
  }

  /** One step of each instance. False when all is encoded. */
  #encodes(): boolean {
    let more = false
    for (const rest of this.#taken!.rest) {
      for (let step = rest.next(); step.done !== true; step = rest.next()) {
        if (step.value !== null) this.#chunks.push(step.value)
        else {
          more = true
          break
        }
      }
    }
    return more
  }

  async #end(outcome: string): Promise<void> {
    const { id, nowMs, expected } = this.#taken!
    this.#taken = null
    const stored = this.#layOut()
    const restored = await this.#restored(stored, 2, nowMs)
    same(this.#content(restored, nowMs), expected)
    this.#expectStored(stored, expected)
    if (this.#late !== 0) this.#complete_(this.#late)
    this.#late = 0
    if (outcome === 'fails') return
    this.#complete.set(id, stored)
    this.#latest = id
    if (outcome === 'is told late') this.#late = id
    else this.#complete_(id)
  }

  #complete_(id: number): void {
    for (const { kept } of this.#instances) kept.checkpointCompleted(id)
  }

  #layOut(): Stored {
    const stored = new Map<number, unknown[]>()
    for (const { id, value: chunk, since } of this.#chunks) {
      const before = stored.get(id) ?? []
      if (since !== undefined) before.push(...this.#complete.get(since)!.get(id)!)
      stored.set(id, chunk === undefined ? before : [...before, chunk])
    }
    return stored
  }

  async #restart(count: number): Promise<void> {
    const stored = this.#complete.get(this.#latest)
    this.#late = 0
    this.#instances = stored === undefined ? [this.#instance()] : await this.#restored(stored, count, this.#nowMs)
  }

  async #restored(stored: Stored, count: number, nowMs: number): Promise<Instance[]> {
    const instances = Array.from({ length: count }, () => this.#instance())
    for (const [index, { kept }] of instances.entries()) {
      const own = [...stored].filter(([group]) => group % count === index)
      await kept.restore(
        own.flatMap(([id, chunks]) => chunks.map((chunk): StateChunk => ({ scope: 'group', id, value: chunk }))),
        nowMs,
      )
    }
    return instances
  }

  #content(instances: readonly Instance[], nowMs: number): Map<number, unknown> {
    const all = new Map<number, unknown>()
    for (const key of KEYS)
      for (const [, content] of instances[(hashKey(key) % GROUPS) % instances.length]!.content(nowMs, [key])) all.set(key, content)
    return all
  }

  /** What whoever opens the checkpoint reads. */
  #expectStored(stored: Stored, expected: Map<number, unknown>): void {
    for (const [key, content] of expected) {
      const chunks = (stored.get(hashKey(key) % GROUPS) ?? []).map(encodeChunk)
      same(storedIn(chunks, 'value', key)?.value, (content as unknown[][])[0]![0])
    }
  }
}

describe.each([
  ['whose values stay', undefined],
  ['some of whose values expire', { ms: 100 }],
])('the state of an actor %s', (_, ttl) => {
  test('comes back as it was at the barrier, out of deltas, whatever changes while it is encoded, which checkpoints fail, and how many instances there are', async () => {
    await fc.assert(
      fc.asyncProperty(moves, (script) => new Operator(ttl).run(script)),
      { numRuns: inTier(40, 1_000) },
    )
  })
})

test('when more keys have gone than are remembered, nothing builds on what was taken before', () => {
  const instance = new Instance(undefined, 4096)
  const keys = Array.from({ length: REMOVED_KEYS_MAX + 1_000 }, (_, key) => key)
  const { kept } = instance
  const taken = (id: number): StateChunk[] => {
    const chunks = Array.from(kept.snapshot(id, 0)).filter((chunk) => chunk !== null)
    kept.checkpointCompleted(id)
    return chunks
  }
  for (const key of keys) instance.at(key, 0, ({ old }) => old.set(key))
  taken(1)
  taken(2)
  expect(taken(3).every(({ since }) => since === 2)).toBe(true)
  const underWay = kept.snapshot(4, 0)
  for (const key of keys.slice(500)) instance.at(key, 0, ({ old }) => old.clear())
  kept.backend.batchDone(0)
  for (const _ of underWay);
  kept.checkpointCompleted(4)
  expect(taken(5).every(({ since }) => since === undefined)).toBe(true)
  instance.at(0, 0, ({ old }) => old.set(-1))
  expect(taken(6).every(({ since }) => since === 5)).toBe(true)
})
