import { MillraceError } from '../errors.ts'
import { AccumulatorChanges } from './accumulator-changes.ts'
import { AccumulatorImage, chunksOf } from './accumulator-image.ts'
import { generateLoops } from './accumulator-code.ts'
import { InterpretedLoops } from './accumulator-interpreter.ts'
import { layoutOf } from './accumulator-layout.ts'
import type { AccumulatorLayout } from './accumulator-layout.ts'
import type { AccumulatorLoops, KeyColumn, ValueColumn } from './accumulator-loops.ts'
import { type AccumulatorPlace, encodeAccumulators, restoreAccumulators } from './accumulator-snapshot.ts'
import { AccumulatorStore, CLEAN, EMPTY, type SavedRow } from './accumulator-store.ts'
import type { AggregateResult, AggregateSpecs } from './aggregates.ts'
import { canGenerate } from './generated-code.ts'
import type { CodeMode } from './generated-code.ts'
import { forEachGroup, liveSlots } from './key-groups.ts'
import { KeyIndex } from './key-index.ts'
import { GLOBAL_KEY, selectKey } from './key-selector.ts'
import type { KeySelector } from './key-selector.ts'
import type { KeySlots } from './key-slots.ts'
import { msgpackrPacker } from './value-packer.ts'
import type { ValuePacker } from './value-packer.ts'
import type { StateDelta } from './value-table.ts'
import type { Key } from '../core/key-hash.ts'

/** The results of one aggregate after each of some rows. */
export interface ResultColumn {
  readonly name: string
  readonly values: Float64Array
}

export interface AccumulatorTableOptions<T, S extends AggregateSpecs> {
  /** Names the table in stacks and profiles. */
  readonly name: string
  readonly specs: S
  /** Where the key of a record is. */
  readonly key: KeySelector<T>
  /** Default: generated where the process allows it. */
  readonly mode?: CodeMode
  /** Default: a new {@link KeyIndex}. */
  readonly keys?: KeySlots
  /** How custom accumulators become bytes in a snapshot. Default: msgpackr. */
  readonly packer?: ValuePacker
}

/**
 * Accumulators of aggregates by key: one typed array per numeric accumulator, one array per custom one, at the dense slots of a key index.
 * Slots that changed since the last drain are in a list. All errors about keys (MR_KEY_INVALID) and values (MR_AGGREGATE_INVALID)
 * come before the record changes anything.
 */
export class AccumulatorTable<T, S extends AggregateSpecs = AggregateSpecs> {
  readonly layout: AccumulatorLayout
  readonly keys: KeySlots
  /** The columns themselves, for loops over them. */
  readonly store: AccumulatorStore
  readonly #loops: AccumulatorLoops<T>
  readonly #selector: KeySelector<T>
  readonly #packer: ValuePacker
  readonly #changes: AccumulatorChanges
  #image: AccumulatorImage | null = null
  #imageOf = 0

  /** @throws MR_OPTION_INVALID for aggregates that are none */
  constructor({ name, specs, key, mode, keys = new KeyIndex(), packer = msgpackrPacker }: AccumulatorTableOptions<T, S>) {
    this.layout = layoutOf(specs)
    this.keys = keys
    this.store = new AccumulatorStore(this.layout)
    this.#selector = key
    this.#packer = packer
    this.#changes = new AccumulatorChanges(this.store, keys)
    this.#reserveGlobal()
    const generated = mode !== 'interpreted' && canGenerate()
    this.#loops = generated ? generateLoops(name, this.store, keys, key) : new InterpretedLoops(this.store, keys, key)
  }

  /** True when rows of columns can be added: no aggregate is custom. */
  get addsColumns(): boolean {
    return this.layout.columns.every(({ custom }) => custom === undefined)
  }

  /** Number of keys that have records. Looks at every slot: not for hot loops. */
  get size(): number {
    return this.store.live
  }

  get dirtyCount(): number {
    return this.store.dirtyCount
  }

  /** The slot of the key of a record. @throws MR_KEY_INVALID */
  slotOfRecord(record: T): number {
    return this.keys.slotOf(selectKey(this.#selector, record))
  }

  /** See {@link AccumulatorStore.copyRow}. */
  copyRow(slot: number): SavedRow {
    return this.store.copyRow(slot)
  }

  /** See {@link AccumulatorStore.putBack}. */
  putBack(slot: number, row: SavedRow): void {
    this.store.putBack(slot, row)
  }

  /** Adds a record to a slot that `keys` gave out. */
  add(slot: number, record: T): void {
    this.#loops.add(slot, record)
  }

  /** Adds a record under its own key; returns the slot. */
  addRecord(record: T): number {
    return this.#loops.addRecord(record)
  }

  /** `addRecord` as a function of its own, to be called where nothing may stand between caller and loop. */
  get recordAdder(): (record: T) => number {
    const loops = this.#loops
    return loops instanceof InterpretedLoops ? (record) => loops.addRecord(record) : loops.addRecord
  }

  /** Adds records `from` to `to` - 1. */
  addRecords(records: readonly T[], from = 0, to = records.length): void {
    this.#loops.addRecords(records, from, to)
  }

  /**
   * Adds rows of columns: no objects are made.
   * @param keys by row; unused in a global table
   * @param fields one column per field of `layout.fields`
   * @throws MR_OPTION_INVALID when an aggregate is custom (it needs the record) or a column is missing
   */
  addColumns(keys: KeyColumn, fields: readonly ValueColumn[], from = 0, to = keys.length): void {
    this.#requireFields(fields)
    if (keys instanceof Int32Array) this.#loops.addIntColumns(keys, fields, from, to)
    else this.#loops.addKeyColumns(keys, fields, from, to)
  }

  /**
   * Adds rows of columns and gives back the results after each of them, also as columns: one per output of `layout.outputs`.
   * For those who want every step; neither records nor result objects are made.
   * @throws MR_OPTION_INVALID as `addColumns`
   */
  runColumns(keys: KeyColumn, fields: readonly ValueColumn[], from = 0, to = keys.length): ResultColumn[] {
    this.#requireFields(fields)
    const columns = this.layout.outputs.map(({ name }) => ({ name, values: new Float64Array(to - from) }))
    const out = columns.map(({ values }) => values)
    if (keys instanceof Int32Array) this.#loops.runIntColumns(keys, fields, from, to, out)
    else this.#loops.runKeyColumns(keys, fields, from, to, out)
    return columns
  }

  /**
   * Merges rows of partial accumulators, as a combiner sends them.
   * @param accumulators one column per column of `layout.columns`
   * @throws MR_OPTION_INVALID when a column is missing
   */
  mergeColumns(keys: KeyColumn, accumulators: readonly ValueColumn[], from = 0, to = keys.length): void {
    this.#requireColumns(accumulators, this.layout.columns.length)
    if (keys instanceof Int32Array) this.#loops.mergeIntColumns(keys, accumulators, from, to)
    else this.#loops.mergeKeyColumns(keys, accumulators, from, to)
  }

  /** Merges one row of partial accumulators into the slot of a key. */
  mergePartial(key: Key, accumulators: readonly unknown[]): void {
    const columns = accumulators.map((value) => [value])
    this.mergeColumns([key], columns, 0, 1)
  }

  /** The results of a slot with records, and its key (not in a global table). */
  resultAt(slot: number): AggregateResult<S> & { key: Key } {
    return this.#loops.resultAt(slot) as AggregateResult<S> & { key: Key }
  }

  /** Calls `fn` with the results of every key, in the order of arrival. */
  emitAll(fn: (result: AggregateResult<S> & { key: Key }, slot: number) => void): void {
    const { flags } = this.store
    const size = Math.min(this.keys.size, flags.length)
    for (let slot = 0; slot < size; slot++) if (flags[slot] !== EMPTY) fn(this.resultAt(slot), slot)
  }

  /**
   * Calls `fn` with every slot that changed since the last drain, and forgets that it did. `fn` must not add to the table.
   * When `fn` throws, the slots that it was not called with stay dirty.
   */
  drainDirty(fn: (slot: number) => void): void {
    const { store } = this
    let done = 0
    try {
      while (done < store.dirtyCount) {
        const slot = store.dirtySlots[done++]
        store.flags[slot] = CLEAN
        fn(slot)
      }
    } finally {
      store.dirtySlots.copyWithin(0, done, store.dirtyCount)
      store.dirtyCount -= done
    }
  }

  /** Marks a slot with records as changed. */
  markDirty(slot: number): void {
    this.store.touch(slot)
  }

  /**
   * The state as one chunk per key group that has any, with what is dirty in it.
   * @param groups number of key groups of the job
   * @throws MR_RECORD_NOT_SERIALIZABLE when a custom accumulator cannot be packed
   */
  snapshot(groups: number): Map<number, Uint8Array> {
    const chunks = new Map<number, Uint8Array>()
    const live = liveSlots(this.store.flags, this.keys.size)
    forEachGroup(this.keys, live, groups, (group, slots) => chunks.set(group, this.#encode({ groups, group }, slots)))
    return chunks
  }

  /**
   * The same for a checkpoint, as chunks of which some hold only what has changed since an earlier one, or has been drained: see `since` of StateChunk. They are to be
   * restored in their order. The table may change between two of them: they hold what it is now. Null where a pause is possible.
   *
   * @param checkpoint its id; 0: the last state, whole
   */
  deltas(groups: number, checkpoint: number, rowsPerStep = Infinity): Iterable<StateDelta | null> {
    const plan = this.#changes.cut(checkpoint, groups)
    const { slots } = plan
    if (slots.length <= rowsPerStep || !this.addsColumns)
      return [...chunksOf(plan, Infinity, (group, from, to) => this.#encode({ groups, group }, slots.subarray(from, to)))]
    const image = new AccumulatorImage({ store: this.store, keys: this.keys, packer: this.#packer, groups, plan })
    this.#image = image
    this.#imageOf = checkpoint
    return this.#read(
      image,
      chunksOf(plan, rowsPerStep, (group, from, to) => image.encode(group, from, to)),
    )
  }

  /** What {@link AccumulatorTable.deltas} gave for a checkpoint is not asked for any more: it has failed. */
  endDeltas(checkpoint: number): void {
    if (this.#imageOf === checkpoint) this.#image = null
  }

  /** A checkpoint is on disk: later ones need only what changes from now on. */
  completed(checkpoint: number): void {
    this.#changes.completed(checkpoint)
  }

  /**
   * Adds the state of a chunk; a key that the table has already takes the chunk's row.
   * @throws MR_STATE_CORRUPT for damaged bytes, MR_STATE_INCOMPATIBLE for a chunk of other aggregates or another version
   */
  restore(bytes: Uint8Array): void {
    restoreAccumulators(this.store, this.keys, bytes, this.#packer)
  }

  clear(): void {
    this.#image?.keepKeys()
    this.#image = null
    this.keys.clear()
    this.store.clear()
    this.#changes.clear()
    this.#reserveGlobal()
  }

  *#read(image: AccumulatorImage, chunks: Iterable<StateDelta | null>): Generator<StateDelta | null> {
    yield* chunks
    if (this.#image === image) this.#image = null
  }

  #encode(place: AccumulatorPlace, slots: Int32Array): Uint8Array {
    return encodeAccumulators(place, this.store, this.keys, slots, this.#packer)
  }

  /** In a global table the only slot, 0, is there from the start: its loops look nothing up. */
  #reserveGlobal(): void {
    if (this.#selector === 'global') this.keys.slotOf(GLOBAL_KEY)
  }

  #requireFields(fields: readonly ValueColumn[]): void {
    if (!this.addsColumns)
      throw new MillraceError('MR_OPTION_INVALID', 'custom aggregates need whole records: columns alone cannot be added')
    this.#requireColumns(fields, this.layout.fields.length)
  }

  #requireColumns(columns: readonly ValueColumn[], needed: number): void {
    if (columns.length !== needed) throw new MillraceError('MR_OPTION_INVALID', `a table of ${needed} columns was given ${columns.length}`)
  }
}
