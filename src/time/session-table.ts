import type { Key } from '../core/key-hash.ts'
import type { KeyColumn, ValueColumn } from '../state/accumulator-loops.ts'
import { EMPTY } from '../state/accumulator-store.ts'
import { AccumulatorTable } from '../state/accumulator-table.ts'
import type { AggregateSpecs } from '../state/aggregates.ts'
import type { CodeMode } from '../state/generated-code.ts'
import { KeyIndex } from '../state/key-index.ts'
import type { KeySlots } from '../state/key-slots.ts'
import type { Piece } from '../state/working/pieces.ts'
import { firstRows, restoreRows, snapshotRows } from '../state/row-chunks.ts'
import { lastMsOf } from './window-assigners.ts'
import { DueBuckets } from './due-buckets.ts'

export interface SessionTableOptions {
  /** Names it in stacks and profiles. */
  readonly name: string
  readonly specs: AggregateSpecs
  readonly gapMs: number
  readonly mode?: CodeMode
}

const NONE = -1
/** In place of a bucket: it was taken out of its bucket. */
const TAKEN = Infinity
const CAPACITY_MIN = 16
/** Keys that are remembered without a session, at least, before they are forgotten all at once. */
const STALE_KEYS_MIN = 4096
/** Buckets of time that a gap is divided into. */
const GAP_BUCKETS = 64

/** Sessions as the rows of a table of accumulators: their numbers are given out here, so nothing is looked up. */
class SessionSlots implements KeySlots {
  size = 0
  readonly ints = undefined
  readonly #keyAt: (session: number) => Key

  constructor(keyAt: (session: number) => Key) {
    this.#keyAt = keyAt
  }

  slotOf(session: Key): number {
    return session as number
  }

  slotOfInt(session: number): number {
    return session
  }

  keyAt(session: number): Key {
    return this.#keyAt(session)
  }

  clear(): void {
    this.size = 0
  }
}

/**
 * Open sessions by key, and their accumulators, in typed arrays: a session is a number. Most keys have one; further ones of a key hang on it in a list. A session waits
 * in one bucket of time, and is put off only when that comes up and the session has grown since.
 */
export class SessionTable {
  readonly table: AccumulatorTable<unknown>
  readonly #slots: SessionSlots
  readonly #keys = new KeyIndex()
  readonly #buckets: DueBuckets
  /** By slot of the key: its first session. */
  #first = new Int32Array(CAPACITY_MIN).fill(NONE)
  /** By session. */
  #start: Float64Array = new Float64Array(CAPACITY_MIN)
  #end: Float64Array = new Float64Array(CAPACITY_MIN)
  #keySlot: Int32Array = new Int32Array(CAPACITY_MIN)
  #next: Int32Array = new Int32Array(CAPACITY_MIN)
  /** Which bucket it is in; NaN for a number that is not given out. */
  #bucket: Float64Array = new Float64Array(CAPACITY_MIN).fill(NaN)
  readonly #free: number[] = []
  #live = 0
  /** Sessions of the rows of a batch. */
  #sessions = new Int32Array(CAPACITY_MIN)
  /** The session that another one joins, and the row of that one. */
  readonly #joining = new Int32Array(1)
  readonly #joined: readonly (Float64Array | unknown[])[]

  readonly #dueOf = (session: number): number => lastMsOf(this.#end[session]!)
  readonly #putOff = (session: number): void => this.#schedule(session)

  constructor({ name, specs, gapMs, mode }: SessionTableOptions) {
    this.#slots = new SessionSlots((session) => this.#keys.keyAt(this.#keySlot[session]!))
    this.#buckets = new DueBuckets(Math.max(1, Math.floor(gapMs / GAP_BUCKETS)))
    this.table = new AccumulatorTable<unknown>({ name, specs, key: { of: () => 0 }, keys: this.#slots, ...(mode && { mode }) })
    this.#joined = this.table.layout.columns.map(({ custom }) => (custom === undefined ? new Float64Array(1) : [undefined]))
  }

  /** Keys that it has not forgotten. */
  get keysKnown(): number {
    return this.#keys.size
  }

  startOf(session: number): number {
    return this.#start[session]!
  }

  endOf(session: number): number {
    return this.#end[session]!
  }

  /**
   * Adds rows: each a piece of a session of its key, from `starts` to `ends`. Pieces that touch become one; one that touches none and is over by the
   * watermark came too late, and is dropped.
   */
  addRows(
    keys: KeyColumn | ArrayLike<unknown>,
    starts: ArrayLike<number>,
    ends: ArrayLike<number>,
    columns: readonly ValueColumn[],
    rows: number,
    watermark: number,
  ): void {
    this.#forgetStaleKeys()
    if (this.#sessions.length < rows) this.#sessions = new Int32Array(rows)
    const sessions = this.#sessions
    let merged = 0
    for (let row = 0; row < rows; row++) {
      const key = keys[row] as Key
      const slot = typeof key === 'number' && (key | 0) === key ? this.#keys.slotOfInt(key) : this.#keys.slotOf(key)
      const start = starts[row]!
      const end = ends[row]!
      let session = this.#touching(slot, start, end, NONE)
      if (session === NONE) session = this.#openUnlessLate(slot, start, end, watermark)
      else if (this.#grow(session, start, end) && this.#isTouched(session)) {
        // Accumulators are joined, so those of the rows before have to be in them.
        this.#mergeRows(columns, merged, row)
        merged = row
        this.#join(session)
      }
      sessions[row] = session
      if (session !== NONE) continue
      this.#mergeRows(columns, merged, row)
      merged = row + 1
    }
    this.#mergeRows(columns, merged, rows)
  }

  /** Takes the next session that is over by `watermark`, in the order of their ends; -1 when there is none. It stays readable until `release`. */
  takeOver(watermark: number): number {
    const session = this.#buckets.take(watermark, this.#dueOf, this.#putOff)
    if (session !== NONE) this.#bucket[session] = TAKEN
    return session
  }

  /** Forgets a session. */
  release(session: number): void {
    const { store, layout } = this.table
    this.#unlink(session)
    store.flags[session] = EMPTY
    const { columns } = layout
    for (let c = 0; c < columns.length; c++)
      store.data[c]![session] = columns[c]!.custom === undefined ? columns[c]!.initial : (undefined as never)
    if (this.#bucket[session] !== TAKEN) this.#buckets.remove(this.#bucket[session]!, session)
    this.#bucket[session] = NaN
    this.#free.push(session)
    this.#live--
  }

  hasKey(key: Key): boolean {
    return this.#firstOf(key) !== NONE
  }

  /** The sessions of a key: start, end and accumulators of each. */
  piecesOf(key: Key): Piece[] {
    const { data } = this.table.store
    const pieces: Piece[] = []
    for (let session = this.#firstOf(key); session !== NONE; session = this.#next[session]!)
      pieces.push([this.#start[session], this.#end[session], ...data.map((column) => column[session])])
    return pieces
  }

  /** Takes sessions of a key in, as `piecesOf` gave them. */
  addPieces(key: Key, pieces: readonly Piece[]): void {
    const numbers = (i: number): number[] => pieces.map((piece) => piece[i] as number)
    const columns = this.table.layout.columns.map((_, c) => pieces.map((piece) => piece[2 + c]))
    this.addRows(
      pieces.map(() => key),
      numbers(0),
      numbers(1),
      columns,
      pieces.length,
      -Infinity,
    )
  }

  /** Forgets the sessions of a key. */
  releaseKey(key: Key): void {
    for (let session = this.#firstOf(key); session !== NONE; session = this.#firstOf(key)) this.release(session)
  }

  /** When the first session of a key is over; Infinity for none. */
  firstOverMs(key: Key): number {
    let over = Infinity
    for (let session = this.#firstOf(key); session !== NONE; session = this.#next[session]!)
      over = Math.min(over, lastMsOf(this.#end[session]!))
    return over
  }

  keyOf(session: number): Key {
    return this.#slots.keyAt(session)
  }

  snapshot(groups: number): Map<number, Uint8Array> {
    const { store, layout } = this.table
    const live = firstRows(this.#slots.size).filter((session) => !Number.isNaN(this.#bucket[session]))
    return snapshotRows({ keys: this.#slots, live, numbers: [this.#start, this.#end], columns: store.data }, layout, groups)
  }

  restore(bytes: Uint8Array, newer?: Parameters<typeof restoreRows>[3]): void {
    const { rows, keys, numbers, columns } = restoreRows(bytes, 2, this.table.layout, newer)
    this.addRows(keys, numbers[0]!, numbers[1]!, columns, rows, -Infinity)
  }

  #firstOf(key: Key): number {
    const slot = this.#keys.find(key)
    return slot === -1 || slot >= this.#first.length ? NONE : this.#first[slot]!
  }

  #mergeRows(columns: readonly ValueColumn[], from: number, to: number): void {
    if (from === to) return
    this.table.mergeColumns(this.#sessions, columns, from, to)
    // Nobody asks what changed.
    this.table.store.dirtyCount = 0
  }

  /** A session of the key, other than one, that touches a stretch of time. */
  #touching(slot: number, start: number, end: number, other: number): number {
    if (slot >= this.#first.length) return NONE
    let session = this.#first[slot]!
    while (session !== NONE && (session === other || start > this.#end[session]! || end < this.#start[session]!))
      session = this.#next[session]!
    return session
  }

  #openUnlessLate(slot: number, start: number, end: number, watermark: number): number {
    if (lastMsOf(end) <= watermark) return NONE
    const session = this.#free.pop() ?? this.#slots.size++
    if (session >= this.#start.length) this.#growSessions()
    if (slot >= this.#first.length) this.#growKeys(slot)
    this.#start[session] = start
    this.#end[session] = end
    this.#keySlot[session] = slot
    this.#next[session] = this.#first[slot]!
    this.#first[slot] = session
    this.#live++
    this.#schedule(session)
    return session
  }

  /** False when it did not get longer. */
  #grow(session: number, start: number, end: number): boolean {
    const before = start < this.#start[session]!
    const after = end > this.#end[session]!
    if (before) this.#start[session] = start
    if (after) this.#end[session] = end
    return before || after
  }

  /** True when another session of the same key touches it by now. */
  #isTouched(session: number): boolean {
    const slot = this.#keySlot[session]!
    if (this.#first[slot] === session && this.#next[session] === NONE) return false
    return this.#touching(slot, this.#start[session]!, this.#end[session]!, session) !== NONE
  }

  /** Sessions of its key that touch it become part of it. */
  #join(session: number): void {
    const { table } = this
    for (;;) {
      const other = this.#touching(this.#keySlot[session]!, this.#start[session]!, this.#end[session]!, session)
      if (other === NONE) return
      this.#grow(session, this.#start[other]!, this.#end[other]!)
      this.#copyRow(other)
      this.#joining[0] = session
      table.mergeColumns(this.#joining, this.#joined, 0, 1)
      table.store.dirtyCount = 0
      this.release(other)
    }
  }

  #copyRow(session: number): void {
    const { data } = this.table.store
    for (let c = 0; c < data.length; c++) this.#joined[c]![0] = data[c]![session] as never
  }

  #schedule(session: number): void {
    const bucket = this.#buckets.bucketOf(lastMsOf(this.#end[session]!))
    this.#bucket[session] = bucket
    this.#buckets.add(bucket, session)
  }

  #unlink(session: number): void {
    const slot = this.#keySlot[session]!
    if (this.#first[slot] === session) {
      this.#first[slot] = this.#next[session]!
      return
    }
    let before = this.#first[slot]!
    while (this.#next[before] !== session) before = this.#next[before]!
    this.#next[before] = this.#next[session]!
  }

  /** A key index does not forget single keys: when most of them have no session any more, it starts anew with those that do. */
  #forgetStaleKeys(): void {
    const { size } = this.#keys
    if (size < STALE_KEYS_MIN || size < 2 * this.#live) return
    const live: number[] = []
    for (let session = 0; session < this.#slots.size; session++) if (!Number.isNaN(this.#bucket[session])) live.push(session)
    const keys = live.map((session) => this.#slots.keyAt(session))
    this.#keys.clear()
    this.#first.fill(NONE)
    live.forEach((session, i) => {
      const slot = this.#keys.slotOf(keys[i]!)
      this.#keySlot[session] = slot
      this.#next[session] = this.#first[slot]!
      this.#first[slot] = session
    })
  }

  #growKeys(slot: number): void {
    const grown = new Int32Array(Math.max(2 * this.#first.length, slot + 1)).fill(NONE)
    grown.set(this.#first)
    this.#first = grown
  }

  #growSessions(): void {
    const capacity = 2 * this.#start.length
    const floats = (from: Float64Array): Float64Array => {
      const to = new Float64Array(capacity).fill(NaN)
      to.set(from)
      return to
    }
    const ints = (from: Int32Array): Int32Array => {
      const to = new Int32Array(capacity)
      to.set(from)
      return to
    }
    this.#start = floats(this.#start)
    this.#end = floats(this.#end)
    this.#bucket = floats(this.#bucket)
    this.#keySlot = ints(this.#keySlot)
    this.#next = ints(this.#next)
  }
}
