import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalKey } from '../../src/core/key.ts'
import { keyGroupOf } from '../../src/core/key-hash.ts'
import { AccumulatorTable } from '../../src/state/accumulator-table.ts'
import type { CodeMode } from '../../src/state/generated-code.ts'
import type { StateDelta } from '../../src/state/value-table.ts'
import { type Stored, readDeltas, storedAs } from './stored-deltas.ts'
import { type Trade, naive, resultsOf, tradeOf, tradeSpecs } from './oracle.ts'

const GROUPS = 4
const { prices: _, ...numberSpecs } = tradeSpecs

type Step =
  | { readonly kind: 'add' | 'merge' | 'undo'; readonly trade: Trade }
  /** What of the dirty rows vanishes: those of one key in three, or none. */
  | { readonly kind: 'drain'; readonly vanishes: number }
  | { readonly kind: 'checkpoint'; readonly end: 'completes' | 'fails' | 'is told late'; readonly meanwhile: readonly Step[] }
  | { readonly kind: 'restart'; readonly owners: number }

const change = fc.record({ kind: fc.constantFrom('add', 'add', 'merge', 'undo'), trade: tradeOf }) as fc.Arbitrary<Step>
const drain = fc.record({ kind: fc.constant('drain'), vanishes: fc.nat(3) }) as fc.Arbitrary<Step>

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 12, arbitrary: change },
    { weight: 4, arbitrary: drain },
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('checkpoint'),
        end: fc.constantFrom('completes', 'completes', 'fails', 'is told late'),
        meanwhile: fc.array(fc.oneof({ weight: 3, arbitrary: change }, drain), { maxLength: 6 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart'), owners: fc.integer({ min: 1, max: 3 }) }) },
  ) as fc.Arbitrary<Step>,
  { minLength: 30, maxLength: 150 },
)

/** The records behind each key's row, and which rows are dirty. */
interface Model {
  readonly trades: Trade[]
  readonly dirty: Set<string>
}

const copyOf = ({ trades, dirty }: Model): Model => ({ trades: [...trades], dirty: new Set(dirty) })

const withoutPrices = (results: ReadonlyMap<string, Record<string, unknown>>): Map<string, Record<string, unknown>> =>
  new Map([...results].map(([key, { prices: _, ...row }]) => [key, row]))

const vanishes = (key: Trade['key'], third: number): boolean => third > 0 && canonicalKey(key).length % 3 === third - 1

/** Tables that take snapshots as deltas, beside what they must be. */
class Run {
  readonly #mode: CodeMode
  readonly #custom: boolean
  readonly #same: (actual: unknown, expected: unknown) => void
  #tables: AccumulatorTable<Trade>[]
  #model: Model = { trades: [], dirty: new Set() }
  readonly #complete = new Map<number, Stored>()
  #saved: { readonly stored: Stored; readonly model: Model } = { stored: new Map(), model: copyOf(this.#model) }
  #id = 0
  #late = 0

  /** @param custom with an aggregate whose accumulators change in place */
  constructor(mode: CodeMode, custom: boolean, same: (actual: unknown, expected: unknown) => void) {
    this.#mode = mode
    this.#custom = custom
    this.#same = same
    this.#tables = [this.#table()]
  }

  take(step: Step): void {
    if (step.kind === 'drain') this.#drain(step.vanishes)
    else if (step.kind === 'checkpoint') this.#checkpoint(step.end, step.meanwhile)
    else if (step.kind === 'restart') this.#restart(step.owners)
    else this.#add(step.kind, step.trade)
  }

  /** The last state is whole, and the tables are what they must be. */
  end(): void {
    this.#checkContent(this.#tables)
    const last = this.#tables.flatMap((table) => readDeltas(table.deltas(GROUPS, 0)))
    this.#same(
      last.filter(({ since }) => since !== undefined),
      [],
    )
    this.#checkContent(this.#restored(storedAs(last, new Map()), 1))
  }

  #add(kind: 'add' | 'merge' | 'undo', trade: Trade): void {
    const { key, price, volume } = trade
    const table = this.#ownerOf(key)
    if (kind === 'undo') {
      const slot = table.slotOfRecord(trade)
      const before = table.copyRow(slot)
      table.add(slot, trade)
      return table.putBack(slot, before)
    }
    if (kind === 'add') table.addRecord(trade)
    else table.mergePartial(key, [1, volume, price, price, volume, 1, ...(this.#custom ? [new Map([[price, 1]])] : [])])
    this.#model.trades.push(trade)
    this.#model.dirty.add(canonicalKey(key))
  }

  #drain(third: number): void {
    for (const table of this.#tables) table.drainDirty((slot) => void (vanishes(table.keys.keyAt(slot), third) && table.store.empty(slot)))
    const { trades, dirty } = this.#model
    const kept = trades.filter(({ key }) => !(dirty.has(canonicalKey(key)) && vanishes(key, third)))
    this.#model = { trades: kept, dirty: new Set() }
  }

  /** What changes while a snapshot is read is not part of it. */
  #checkpoint(end: 'completes' | 'fails' | 'is told late', meanwhile: readonly Step[]): void {
    const id = ++this.#id
    const begun = this.#tables.map((table) => table.deltas(GROUPS, id, 1))
    const model = copyOf(this.#model)
    for (const step of meanwhile) this.take(step)
    const stored = storedAs(begun.flatMap(readDeltas), this.#complete)
    this.#checkContent(this.#restored(stored, 1 + (id % 3)), model)
    if (this.#late !== 0) this.#completed(this.#late)
    this.#late = 0
    if (end === 'fails') return
    this.#complete.set(id, stored)
    this.#saved = { stored, model }
    if (end === 'completes') this.#completed(id)
    else this.#late = id
  }

  #completed(id: number): void {
    for (const table of this.#tables) table.completed(id)
  }

  #restart(owners: number): void {
    this.#late = 0
    this.#model = copyOf(this.#saved.model)
    this.#tables = this.#restored(this.#saved.stored, owners, this.#mode)
  }

  /** Tables that are only looked at need no code of their own. */
  #restored(stored: Stored, owners: number, mode: CodeMode = 'interpreted'): AccumulatorTable<Trade>[] {
    const tables = Array.from({ length: owners }, () => this.#table(mode))
    for (const [group, chunks] of stored) for (const chunk of chunks) tables[group % owners]!.restore(chunk)
    return tables
  }

  #checkContent(tables: readonly AccumulatorTable<Trade>[], { trades, dirty: dirtyKeys }: Model = this.#model): void {
    const dirty: string[] = []
    for (const { store, keys, dirtyCount } of tables)
      dirty.push(...Array.from(store.dirtySlots.subarray(0, dirtyCount), (slot) => canonicalKey(keys.keyAt(slot))))
    this.#same(resultsOf(tables), this.#custom ? naive(trades) : withoutPrices(naive(trades)))
    this.#same(dirty.sort(), [...dirtyKeys].sort())
  }

  #ownerOf(key: Trade['key']): AccumulatorTable<Trade> {
    return this.#tables[keyGroupOf(key, GROUPS) % this.#tables.length]!
  }

  #table(mode = this.#mode): AccumulatorTable<Trade> {
    const specs = this.#custom ? tradeSpecs : numberSpecs
    return new AccumulatorTable<Trade>({ name: 'test', specs, mode, key: { field: 'key' } })
  }
}

test.each<[CodeMode, string]>([
  ['generated', 'numbers'],
  ['interpreted', 'numbers'],
  ['interpreted', 'custom aggregates'],
])(
  'deltas of a table restore to its rows and to which of them are dirty, whatever is added, drained, vanishes, fails or restarts: %s, %s',
  (mode, aggregates) => {
    fc.assert(
      fc.property(steps, (script) => {
        const run = new Run(mode, aggregates !== 'numbers', (actual, expected) => expect(actual).toEqual(expected))
        for (const step of script) run.take(step)
        run.end()
      }),
      // Each restart compiles.
      { numRuns: mode === 'generated' ? 20 : 70 },
    )
  },
)

test('a snapshot that is being read is not changed by a table that is cleared', () => {
  const table = new AccumulatorTable<{ key: string }>({ name: 'test', specs: { n: { kind: 'count' } }, key: { field: 'key' } })
  const restored = new AccumulatorTable<{ key: string }>({ name: 'test', specs: { n: { kind: 'count' } }, key: { field: 'key' } })
  const keys = Array.from({ length: 100 }, (_, n) => `key ${n}`)
  table.addRecords(keys.map((key) => ({ key })))
  const reader = table.deltas(GROUPS, 1, 10)
  table.clear()
  for (const key of ['other', ...keys]) table.addRecord({ key })
  for (const { value } of readDeltas(reader)) restored.restore(value!)
  const found: string[] = []
  restored.emitAll(({ key }) => found.push(String(key)))
  expect(found.sort()).toEqual(keys.sort())
})

const bytesOf = (deltas: readonly StateDelta[]): number => deltas.reduce((sum, { value }) => sum + (value?.byteLength ?? 0), 0)

test('a delta of a table holds what has changed or was drained; an idle table writes nothing; one that changes all over writes no more than the whole', () => {
  const table = new AccumulatorTable<{ key: number }>({ name: 'test', specs: { n: { kind: 'count' } }, key: { field: 'key' } })
  const add = (each: number): void => {
    for (let key = 0; key < 40_000; key += each) table.addRecord({ key })
  }
  let id = 0
  const take = (): StateDelta[] => {
    const deltas = readDeltas(table.deltas(16, ++id))
    table.completed(id)
    return deltas
  }
  add(1)
  const whole = bytesOf(take())
  table.drainDirty(() => {})
  expect(bytesOf(take())).toBe(whole)
  add(100)
  const delta = take()
  expect(delta.every(({ since }) => since === 2)).toBe(true)
  expect(bytesOf(delta)).toBeLessThan(whole / 20)
  table.drainDirty(() => {})
  expect(bytesOf(take())).toBeGreaterThan(whole / 200)
  expect(bytesOf(take())).toBe(0)
  add(1)
  expect(bytesOf(take())).toBe(whole)
})
