import { hashKey } from '../core/key-hash.ts'
import type { Key } from '../core/key-hash.ts'
import { MillraceError } from '../errors.ts'
import { BATCH_RECORDS_DEFAULT, COMBINER_ENTRIES_MAX, COMBINER_KEYS_MAX } from '../limits.ts'
import { AccumulatorTable } from './accumulator-table.ts'
import type { KeyColumn, ValueColumn } from './accumulator-loops.ts'
import { EMPTY } from './accumulator-store.ts'
import type { AggregateSpecs } from './aggregates.ts'
import type { CodeMode } from './generated-code.ts'
import { KeyIndex } from './key-index.ts'
import { KeyLog } from './key-log.ts'
import type { KeySelector } from './key-selector.ts'
import type { KeySlots } from './key-slots.ts'

/** A column of partial results: the first is `key` (an Int32Array where all keys that the combiner holds are int32), the others are accumulators. */
export interface PartialColumn {
  readonly name: string
  readonly values: Int32Array | Float64Array | readonly unknown[]
}

/** Takes the partial results for one target: at most `batchRecords` rows a call. The columns are the receiver's to keep. */
export type PartialReceiver = (target: number, columns: readonly PartialColumn[], count: number) => void

export interface CombinerOptions<T> {
  /** Names the combiner in stacks and profiles. */
  readonly name: string
  readonly specs: AggregateSpecs
  readonly key: KeySelector<T>
  /** Target of each key group; its length is the number of key groups. */
  readonly owners: ArrayLike<number>
  /** Entries that make `shouldFlush` true. */
  readonly entriesMax?: number
  /** Keys remembered across flushes. */
  readonly keysMax?: number
  /** Rows per call of the receiver. */
  readonly batchRecords?: number
  readonly mode?: CodeMode
}

/** Fewer records per entry than this and combining costs more than it saves. */
const RATIO_MIN = 1.5
/** Records that a decision is based on: many small flushes are judged together. */
const SAMPLE_RECORDS = 4096
/** Records that bypass before combining is tried again; doubles with every try that fails, up to the maximum. */
const BYPASS_RECORDS_MIN = 64 * 1024
const BYPASS_RECORDS_MAX = 4 * 1024 * 1024

const NO_SAMPLE = { table: null, records: 0, dirtyCount: 0 }

/**
 * The sending side of an aggregation: records become partial accumulators by key before they cross to other threads.
 * Keys keep their slots from flush to flush (and so their target, once computed); accumulators start anew with each.
 *
 * Where keys hardly repeat it switches itself to bypass: each record becomes a partial row of its own, without a look-up; now and then it
 * combines again to see whether that has changed. What the receiver merges is the same either way.
 */
export class Combiner<T> {
  readonly #options: CombinerOptions<T>
  readonly #entriesMax: number
  readonly #keysMax: number
  readonly #batchRecords: number
  readonly #combined: AccumulatorTable<T>
  /** Made when first needed. */
  #appended: AccumulatorTable<T> | undefined
  #active: AccumulatorTable<T>
  /** Entries that make `shouldFlush` true at present. */
  #flushAt = 0
  #owners: ArrayLike<number> = []
  #targets = 0
  /** By slot: target + 1; 0 where not yet known. */
  #targetOf = new Uint16Array(16)
  /** Kept from flush to flush: rows by target, and where each target's rows start. */
  #rows = new Int32Array(16)
  #starts = new Int32Array(2)
  /** Records since the last flush. */
  #records = 0
  #sampledRecords = 0
  #sampledEntries = 0
  #ratio = Number.NaN
  #bypassRecords = BYPASS_RECORDS_MIN
  #bypassLeft = 0
  #sampled: { readonly table: AccumulatorTable<T> | null; readonly records: number; readonly dirtyCount: number } = NO_SAMPLE

  /** @throws MR_OPTION_INVALID */
  constructor(options: CombinerOptions<T>) {
    this.#options = options
    this.#entriesMax = options.entriesMax ?? COMBINER_ENTRIES_MAX
    this.#keysMax = options.keysMax ?? COMBINER_KEYS_MAX
    this.#batchRecords = options.batchRecords ?? BATCH_RECORDS_DEFAULT
    this.#combined = this.#table('combine', new KeyIndex())
    this.#active = this.#combined
    this.setOwners(options.owners)
  }

  /** Partial rows that wait for the next flush. */
  get entries(): number {
    return this.#active.dirtyCount
  }

  /** True when the next flush should not wait for the linger: combining has reached its bound, or bypassing has filled a batch per target. */
  get shouldFlush(): boolean {
    return this.#active.store.dirtyCount >= this.#flushAt
  }

  /** True while records are passed on one by one because their keys hardly repeat. */
  get bypassing(): boolean {
    return this.#active !== this.#combined
  }

  /** Records added one by one since the last flush; not counted without a key. */
  get records(): number {
    return this.#active.store.records
  }

  /** Records per partial row when it was last measured; NaN before. */
  get ratio(): number {
    return this.#ratio
  }

  /** Adds a record under a key that the caller knows. */
  add(key: Key, record: T): void {
    const table = this.#active
    table.add(table.keys.slotOf(key), record)
    this.#records++
  }

  addRecord(record: T): void {
    this.#active.addRecord(record)
  }

  /** `addRecord` as a function of its own; another one after a flush that began or ended a bypass. */
  get recordAdder(): (record: T) => unknown {
    return this.#active.recordAdder
  }

  /** The next record is one whose key may be asked for. */
  beginSample(): void {
    const { store } = this.#active
    this.#sampled = { table: this.#active, records: store.records, dirtyCount: store.dirtyCount }
  }

  /** Its key; undefined where there was none, it was flushed since, or all are of one group. */
  sampledKey(): Key | undefined {
    const { table, records, dirtyCount } = this.#sampled
    const { store, keys } = this.#active
    // Whatever is added writes its slot behind the last one that is dirty, whether it has been dirty before or not.
    return table === this.#active && store.records > records ? keys.keyAt(store.dirtySlots[dirtyCount]!) : undefined
  }

  /** Adds records `from` to `to` - 1. */
  addRecords(records: readonly T[], from = 0, to = records.length): void {
    this.#active.addRecords(records, from, to)
    this.#records += to - from
  }

  /** Adds rows of columns (see {@link AccumulatorTable.addColumns}). */
  addColumns(keys: KeyColumn, fields: readonly ValueColumn[], from = 0, to = keys.length): void {
    this.#active.addColumns(keys, fields, from, to)
    this.#records += to - from
  }

  /**
   * Gives every changed entry to its target, all of one target in a row, and starts anew. Returns the number of entries.
   *
   * @param isWhole false when it comes so soon that it says nothing about how often keys repeat
   */
  flush(receive: PartialReceiver, isWhole = true): number {
    const table = this.#active
    const count = table.dirtyCount
    if (count > 0) {
      const starts = this.#sortByTarget(table)
      const columns = takeRows(table, this.#rows, count)
      for (let target = 0; target < this.#targets; target++) {
        const end = starts[target + 1]
        for (let from = starts[target]; from < end; from += this.#batchRecords) {
          const to = Math.min(from + this.#batchRecords, end)
          receive(target, to - from === count ? columns : sliceColumns(columns, from, to), to - from)
        }
      }
    }
    this.#judge(count, isWhole)
    return count
  }

  /**
   * Changes which target owns which key group. What was added before and not flushed goes to the new owners.
   * @throws MR_OPTION_INVALID unless every owner is an integer of 0 to 65,534
   */
  setOwners(owners: ArrayLike<number>): void {
    let targets = 0
    for (let group = 0; group < owners.length; group++) {
      const owner = owners[group]
      if (!Number.isInteger(owner) || owner < 0 || owner > 0xfffe) {
        throw new MillraceError('MR_OPTION_INVALID', `the owner of key group ${group} must be an integer of 0 to 65534, got ${owner}`)
      }
      targets = Math.max(targets, owner + 1)
    }
    if (targets === 0) throw new MillraceError('MR_OPTION_INVALID', 'a combiner needs at least one key group')
    this.#owners = owners
    this.#targets = targets
    this.#starts = new Int32Array(targets + 2)
    this.#activate(this.#active)
    this.#targetOf.fill(0)
  }

  /** Sorts the dirty slots by target into `#rows`; those of target `t` are at `starts[t]` to `starts[t + 1] - 1`. */
  #sortByTarget({ store, keys }: AccumulatorTable<T>): Int32Array {
    const { dirtyCount: count, dirtySlots: slots } = store
    const starts = this.#starts.fill(0)
    if (this.#rows.length < count) this.#rows = new Int32Array(slots.length)
    if (this.#targetOf.length < keys.size) this.#growTargets(keys.size)
    const targetOf = this.#targetOf
    const remembered = !this.bypassing
    // Counted two places ahead, so that filling moves each start to where it belongs.
    for (let i = 0; i < count; i++) {
      const slot = slots[i]
      let target = remembered ? targetOf[slot] : 0
      if (target === 0) {
        target = this.#owners[hashKey(keys.keyAt(slot)) % this.#owners.length] + 1
        targetOf[slot] = target
      }
      starts[target + 1]++
    }
    for (let t = 1; t < starts.length; t++) starts[t] += starts[t - 1]
    const rows = this.#rows
    for (let i = 0; i < count; i++) {
      const slot = slots[i]
      rows[starts[targetOf[slot]]++] = slot
    }
    return starts
  }

  #growTargets(slots: number): void {
    const grown = new Uint16Array(2 ** Math.ceil(Math.log2(slots)))
    grown.set(this.#targetOf)
    this.#targetOf = grown
  }

  /** After a flush of `entries`: decides whether to combine or to bypass from now on. */
  #judge(entries: number, isWhole: boolean): void {
    const { store } = this.#active
    const records = this.#records + store.records
    this.#records = 0
    store.records = 0
    if (this.bypassing) {
      this.#active.keys.clear()
      this.#bypassLeft -= records
      if (this.#bypassLeft <= 0) this.#combineAgain()
      return
    }
    if (this.#combined.keys.size > this.#keysMax) {
      this.#combined.clear()
      this.#targetOf.fill(0)
    }
    if (!isWhole || this.#options.key === 'global') return
    this.#sampledRecords += records
    this.#sampledEntries += entries
    if (this.#sampledRecords >= SAMPLE_RECORDS) this.#decide()
  }

  #combineAgain(): void {
    this.#combined.clear()
    this.#targetOf.fill(0)
    this.#activate(this.#combined)
  }

  #activate(table: AccumulatorTable<T>): void {
    this.#active = table
    this.#flushAt = this.bypassing ? Math.min(this.#entriesMax, this.#batchRecords * this.#targets) : this.#entriesMax
  }

  #decide(): void {
    this.#ratio = this.#sampledRecords / this.#sampledEntries
    this.#sampledRecords = 0
    this.#sampledEntries = 0
    if (this.#ratio >= RATIO_MIN) {
      this.#bypassRecords = BYPASS_RECORDS_MIN
      return
    }
    this.#bypassLeft = this.#bypassRecords
    this.#bypassRecords = Math.min(this.#bypassRecords * 2, BYPASS_RECORDS_MAX)
    this.#appended ??= this.#table('bypass', new KeyLog())
    this.#activate(this.#appended)
  }

  #table(role: string, keys: KeySlots): AccumulatorTable<T> {
    const { name, specs, key, mode } = this.#options
    return new AccumulatorTable<T>({ name: `${name}/${role}`, specs, key, keys, ...(mode && { mode }) })
  }
}

/** The columns of some slots, copied out; the slots are empty afterwards. */
const takeRows = <T>({ keys, store, layout }: AccumulatorTable<T>, rows: Int32Array, count: number): PartialColumn[] => {
  const columns: PartialColumn[] = [{ name: 'key', values: takeKeys(keys, rows, count) }]
  for (let c = 0; c < layout.columns.length; c++) {
    const { name, initial } = layout.columns[c]
    const data = store.data[c]
    columns.push({ name, values: data instanceof Float64Array ? takeNumbers(data, initial, rows, count) : takeValues(data, rows, count) })
  }
  const { flags } = store
  for (let i = 0; i < count; i++) flags[rows[i]] = EMPTY
  store.dirtyCount = 0
  return columns
}

const takeKeys = (keys: KeySlots, rows: Int32Array, count: number): Int32Array | Key[] => {
  const { ints } = keys
  if (ints === undefined) return Array.from({ length: count }, (_, i) => keys.keyAt(rows[i]))
  const column = new Int32Array(count)
  for (let i = 0; i < count; i++) column[i] = ints[rows[i]]
  return column
}

const takeNumbers = (data: Float64Array, initial: number, rows: Int32Array, count: number): Float64Array => {
  const values = new Float64Array(count)
  for (let i = 0; i < count; i++) {
    const slot = rows[i]
    values[i] = data[slot]
    data[slot] = initial
  }
  return values
}

const takeValues = (data: unknown[], rows: Int32Array, count: number): unknown[] => {
  const values: unknown[] = []
  for (let i = 0; i < count; i++) {
    values.push(data[rows[i]])
    data[rows[i]] = undefined
  }
  return values
}

const sliceColumns = (columns: readonly PartialColumn[], from: number, to: number): PartialColumn[] =>
  columns.map(({ name, values }) => ({
    name,
    values: Array.isArray(values) ? values.slice(from, to) : (values as Int32Array).subarray(from, to),
  }))
