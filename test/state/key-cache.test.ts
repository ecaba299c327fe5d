import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { WorkingDatabase } from '../../src/storage/working-state/working-database.ts'
import { canonicalKey } from '../../src/core/key.ts'
import type { Key } from '../../src/core/key-hash.ts'
import { CachedValues } from '../../src/state/working/cached-values.ts'
import { MemoryRows } from '../../src/state/working/memory-rows.ts'
import { readRowKey, writeRowKey } from '../../src/state/working/row-keys.ts'
import { RowWriter } from '../../src/state/working/row-writer.ts'
import type { WorkingStore } from '../../src/state/working/working-store.ts'
import { defineJob } from '../../src/index.ts'
import { temporaryDir } from '../engine/run-job.ts'
import type { FrozenRows, WorkingRow } from '../../src/state/working/working-chunks.ts'
import { anyKey } from './keys.ts'

const GROUPS = 128
const longKey = fc.integer({ min: 900, max: 1200 }).map((length): Key => 'x'.repeat(length))
const key: fc.Arbitrary<Key> = fc.oneof(anyKey, longKey)

function* allRows(table: Pick<FrozenRows, 'rows'>): Generator<WorkingRow> {
  for (let group = 0; group < GROUPS; group++) yield* table.rows(group)
}

/** What was asked of the store, in keys. */
function counting(rows: MemoryRows): { store: WorkingStore; questions: number; written: number } {
  const counted = { store: null as unknown as WorkingStore, questions: 0, written: 0 }
  const store: WorkingStore = {
    table: 0,
    write: (bytes) => {
      counted.written += bytes.length
      rows.write(bytes)
    },
    ask: (keys, answer) => {
      counted.questions++
      answer(rows.answer(keys), null)
    },
  }
  return Object.assign(counted, { store })
}

describe('a cache of state', () => {
  test('keeps to its bytes between batches, loses nothing, and asks once a batch at most', () => {
    const cacheBytes = 16 * 1024
    const counted = counting(new MemoryRows())
    const values = new CachedValues<{ n: number; text: string }>(counted.store, { keyGroups: GROUPS, cacheBytes, wake: () => {} })
    const oracle = new Map<number, number>()
    let most = 0
    for (let batch = 0; batch < 200; batch++) {
      const records = Array.from({ length: 50 }, (_, i) => (batch * 7919 + i * i * 31) % 1000)
      if (!values.cache.needAll(records, (n) => n as number)) expect(values.cache.waits).toBe(false)
      for (const n of records) {
        const slot = values.slotOf(n)
        const before = values.has(slot) ? values.get(slot)!.n : 0
        expect(before).toBe(oracle.get(n) ?? 0)
        values.set(slot, { n: before + 1, text: 'text '.repeat(n % 20) })
        oracle.set(n, before + 1)
      }
      values.batchDone()
      most = Math.max(most, values.cache.bytes)
      expect(values.cache.bytes).toBeLessThanOrEqual(cacheBytes)
    }
    expect(oracle.size).toBeGreaterThan(500)
    expect(most).toBeGreaterThan(cacheBytes / 2)
    expect(counted.questions).toBeLessThanOrEqual(200)
    expect(counted.written).toBeGreaterThan(cacheBytes)
  })

  test('does not ask for keys that it has', () => {
    const counted = counting(new MemoryRows())
    const values = new CachedValues<number>(counted.store, { keyGroups: GROUPS, cacheBytes: 1 << 20, wake: () => {} })
    for (let batch = 0; batch < 10; batch++) {
      if (!values.cache.needAll([1, 2, 3], (n) => n as number)) expect(values.cache.waits).toBe(false)
      for (const n of [1, 2, 3]) values.set(values.slotOf(n), batch)
      values.batchDone()
    }
    expect(counted.questions).toBe(1)
    expect(counted.written).toBe(0)
  })

  test('refuses a key that was not asked for', () => {
    const values = new CachedValues<number>(counting(new MemoryRows()).store, { keyGroups: GROUPS, cacheBytes: 1 << 20, wake: () => {} })
    expect(() => values.slotOf(7)).toThrow(expect.objectContaining({ code: 'MR_KEY_INVALID' }))
  })
})

describe('the key of a row', () => {
  test('is what was written', () => {
    fc.assert(
      fc.property(key, (each) => {
        const bytes = Buffer.from(rowKey(each))
        expect(canonicalKey(readRowKey(bytes))).toBe(canonicalKey(each))
      }),
    )
  })
})

describe('the working database', () => {
  type Move =
    | { readonly type: 'write'; readonly rows: readonly (readonly [Key, Uint8Array | null])[] }
    | { readonly type: 'freeze' | 'clear' }
  const value = fc.option(fc.uint8Array({ maxLength: 40 }), { nil: null, freq: 4 })
  const moves: fc.Arbitrary<Move> = fc.oneof(
    { weight: 6, arbitrary: fc.record({ type: fc.constant('write' as const), rows: fc.array(fc.tuple(key, value), { maxLength: 30 }) }) },
    { weight: 2, arbitrary: fc.record({ type: fc.constant('freeze' as const) }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('clear' as const) }) },
  )

  test('has the rows that were written, in tables of their own, in the order of their keys; and those of a time, whatever is written after', () => {
    const database = new WorkingDatabase(temporaryDir())
    fc.assert(
      fc.property(fc.array(moves, { maxLength: 20 }), (all) => {
        database.clear()
        let rows = new MemoryRows()
        const asked: Key[] = []
        for (const move of all) {
          if (move.type === 'clear') {
            database.clear()
            rows = new MemoryRows()
          } else if (move.type === 'write') {
            const bytes = written(move.rows)
            database.write(7, bytes)
            database.write(8, written([['other', Uint8Array.of(1)]]))
            rows.write(bytes)
            asked.push(...move.rows.map(([each]) => each))
          } else {
            const expected = listed(allRows(rows))
            const frozen = database.freeze()
            database.write(7, written([['later', Uint8Array.of(9)]]))
            database.freeze().done()
            expect(listed(allRows(frozen.table(7))).sort()).toEqual(expected.sort())
            frozen.done()
            database.write(7, written([['later', null]]))
            rows.write(written([['later', null]]))
          }
          const question = questionOf(asked)
          expect(Buffer.from(database.answer(7, question))).toEqual(Buffer.from(rows.answer(question)))
        }
      }),
      { numRuns: 25 },
    )
    database.close()
  })
})

test('a working database that cannot be written says so', () => {
  const file = join(temporaryDir(), 'file')
  writeFileSync(file, '')
  const database = new WorkingDatabase(join(file, 'working'))
  database.write(1, written([['a', Uint8Array.of(1)]]))
  expect(() => database.freeze()).toThrow(
    expect.objectContaining({ code: 'MR_WORKING_STATE_FAILED', message: expect.stringMatching(/ENOTDIR/) }),
  )
})

test('an operator that cannot have its state elsewhere is refused when it is told to', async () => {
  const job = defineJob(import.meta, {
    build: ({ source }) => ({
      sums: source
        .generate('rows', { count: 1, make: (n) => ({ n }) })
        .map((row) => row, { backend: 'lmdb' })
        .keyBy('n')
        .sum('n'),
    }),
  })
  await expect(job.buildGraph({})).rejects.toMatchObject({
    code: 'MR_OPTION_INVALID',
    message: expect.stringMatching(/backend: 'lmdb'.*map/),
  })
})

function rowKey(each: Key): Uint8Array {
  const writer = new RowWriter()
  writeRowKey(writer, each, GROUPS)
  return writer.take()
}

function written(rows: readonly (readonly [Key, Uint8Array | null])[]): Uint8Array {
  const writer = new RowWriter()
  for (const [each, value] of rows) {
    const name = rowKey(each)
    writer.u32(name.length)
    writer.bytes(name)
    writer.u32(value === null ? 0xffffffff : value.length)
    if (value !== null) writer.bytes(value)
  }
  return writer.take()
}

function questionOf(keys: readonly Key[]): Uint8Array {
  const writer = new RowWriter()
  for (const each of keys) {
    const name = rowKey(each)
    writer.u32(name.length)
    writer.bytes(name)
  }
  return writer.take()
}

function listed(rows: Iterable<{ readonly key: Buffer; readonly value: Buffer }>): string[] {
  return [...rows].map(({ key, value }) => `${key.toString('hex')} ${value.toString('hex')}`)
}
