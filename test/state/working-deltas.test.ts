/** Snapshots of state that lies elsewhere: each holds what was written since the newest complete one, and restores with those before it to what the rows were. */
import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { pack, unpack } from 'msgpackr'
import { expect, test } from 'vitest'
import { sealChunk } from '../../src/checkpoint/chunk.ts'
import type { Key } from '../../src/core/key-hash.ts'
import { DELTA_SNAPSHOTS_MAX, WORKING_CHANGES_BYTES_MAX } from '../../src/limits.ts'
import { type StoredRows, newestRows } from '../../src/state/row-images.ts'
import { ValueTable } from '../../src/state/value-table.ts'
import { MemoryRows } from '../../src/state/working/memory-rows.ts'
import { writeRowKey } from '../../src/state/working/row-keys.ts'
import { NO_VALUE, RowWriter } from '../../src/state/working/row-writer.ts'
import { writeCell } from '../../src/state/working/stored-cells.ts'
import type { FrozenRows } from '../../src/state/working/working-chunks.ts'
import type { WorkingSnapshot } from '../../src/state/working/working-store.ts'
import { expandSnapshot } from '../../src/storage/working-state/expand-snapshot.ts'
import { WorkingDatabase } from '../../src/storage/working-state/working-database.ts'
import { KitDeltas } from '../../src/testing/kit/kit-deltas.ts'

const GROUPS = 3
const TABLE = 7
const SNAPSHOT: WorkingSnapshot = { kind: 'values', keyGroups: GROUPS, states: [{ name: 'value', signature: 'value' }] }
/** One that LMDB would refuse as it is. */
const LONG = 'x'.repeat(2_000)

interface Rows {
  write(bytes: Uint8Array): void
  /** `later` comes while the chunks are made. */
  frozen<T>(use: (rows: FrozenRows, later: () => void) => T): T
  completed(checkpoint: number): void
  close(): void
}

function inMemory(): Rows {
  const rows = new MemoryRows()
  const frozen: Rows['frozen'] = (use) => use(rows, () => {})
  return { write: (bytes) => rows.write(bytes), frozen, completed: (id) => rows.completed(id), close: () => {} }
}

function onDisk(): Rows {
  const database = new WorkingDatabase(join(mkdtempSync(join(tmpdir(), 'millrace-deltas-')), 'working'))
  return {
    write: (bytes) => database.write(TABLE, bytes),
    frozen: (use) => {
      const tables = database.freeze()
      const later = (): void => {
        database.write(TABLE, written(new Map<Key, number | null>([['later', 1]])))
        database.freeze().done()
        database.write(TABLE, written(new Map<Key, number | null>([['later', null]])))
      }
      try {
        return use(tables.table(TABLE), later)
      } finally {
        tables.done()
      }
    },
    completed: (id) => database.completed(id),
    close: () => database.close(),
  }
}

function written(rows: ReadonlyMap<Key, number | null>): Uint8Array {
  const writer = new RowWriter()
  for (const [key, value] of rows) {
    const keyAt = writer.beginSized()
    writeRowKey(writer, key, GROUPS)
    writer.endSized(keyAt)
    if (value === null) {
      writer.u32(NO_VALUE)
      continue
    }
    const valueAt = writer.beginSized()
    writeCell(writer, value, 'value')
    writer.endSized(valueAt)
  }
  return writer.take()
}

type Chunks = ReturnType<KitDeltas['complete']>

/** What chunks of key groups stand for, those of a group in their order. */
function restored(chunks: Chunks): Map<Key, unknown> {
  const groups = new Map<string, StoredRows[]>()
  for (const { key, bytes } of chunks) groups.set(key, [...(groups.get(key) ?? []), unpack(bytes) as StoredRows])
  const found = new Map<Key, unknown>()
  for (const stored of groups.values()) {
    for (const { rows, newer } of newestRows(stored)) {
      const table = new ValueTable<unknown>()
      table.restore(new Uint8Array(rows))
      table.forEach((key, row) => {
        if (newer.has(key)) return
        assert(!found.has(key), 'one chunk has what another one has')
        found.set(key, row)
      })
    }
  }
  return found
}

/** A table of rows with its checkpoints, and a map that does the same. */
class Tested {
  readonly rows: Rows
  readonly oracle = new Map<Key, number>()
  readonly deltas = new KitDeltas()
  /** Chunks that stand behind others, in all snapshots. */
  built = 0
  bytes = 0
  #id = 0

  constructor(rows: Rows) {
    this.rows = rows
  }

  write(key: Key, value: number | null): void {
    if (value === null) this.oracle.delete(key)
    else this.oracle.set(key, value)
    this.rows.write(written(new Map([[key, value]])))
  }

  /** Returns how the checkpoint becomes complete. Nothing that is restored then may differ. */
  snapshot(): () => void {
    const id = ++this.#id
    const marker = sealChunk(`op/working/${TABLE}`, new Uint8Array(pack(SNAPSHOT)))
    const chunks = this.rows.frozen((rows, later) => {
      const all = expandSnapshot(id, [marker], () => rows)
      later()
      return [...all]
    })
    this.built += chunks.filter(({ since }) => since !== undefined).length
    this.bytes = chunks.reduce((sum, { bytes }) => sum + bytes.length, 0)
    const expected = new Map(this.oracle)
    return () => {
      const whole = this.deltas.complete(id, chunks)
      this.rows.completed(id)
      assert.deepStrictEqual(restored(whole), expected)
    }
  }
}

const someKey = fc.oneof({ weight: 20, arbitrary: fc.integer({ min: 0, max: 12 }) }, { weight: 1, arbitrary: fc.constant(LONG) })
const moves = fc.oneof(
  { weight: 6, arbitrary: fc.record({ key: someKey, value: fc.option(fc.integer(), { freq: 3 }) }) },
  { weight: 3, arbitrary: fc.constantFrom('complete' as const, 'failed' as const, 'late' as const) },
)

test.each([
  ['in memory', inMemory, 150],
  ['on disk', onDisk, 15],
])('whichever checkpoints fail, or are confirmed late: %s', (_, make, numRuns) => {
  fc.assert(
    fc.property(fc.array(moves, { minLength: 20, maxLength: 60 }), (all) => {
      const tested = new Tested(make())
      let late = (): void => {}
      for (const move of all) {
        if (typeof move !== 'string') {
          tested.write(move.key, move.value)
          continue
        }
        const complete = tested.snapshot()
        late()
        late = move === 'late' ? complete : () => {}
        if (move === 'complete') complete()
      }
      late()
      tested.rows.close()
    }),
    { numRuns },
  )
})

test('a snapshot of few changes among many rows is small, chains are short, and what becomes too much is whole', () => {
  const tested = new Tested(inMemory())
  for (let key = 0; key < 3_000; key++) tested.write(key, key)
  tested.snapshot()()
  const wholeBytes = tested.bytes
  tested.snapshot()()
  expect([tested.bytes, tested.built]).toEqual([wholeBytes, 0])
  for (let n = 0; n < 10; n++) tested.write(n, null)
  // What has failed is in the next one.
  tested.snapshot()
  tested.snapshot()()
  expect(tested.bytes).toBeGreaterThan(0)
  expect(tested.bytes).toBeLessThan(wholeBytes / 20)
  tested.snapshot()()
  expect(tested.bytes).toBe(0)
  tested.built = 0
  for (let n = 0; n < 2 * DELTA_SNAPSHOTS_MAX; n++) tested.snapshot()()
  expect(tested.built).toBeLessThan(GROUPS * 2 * DELTA_SNAPSHOTS_MAX)
  const key = 'k'.repeat(60_000)
  for (let bytes = 0; bytes <= WORKING_CHANGES_BYTES_MAX; bytes += key.length) tested.write(key, bytes)
  tested.built = 0
  tested.snapshot()()
  expect([tested.built, tested.bytes > wholeBytes / 2]).toEqual([0, true])
})
