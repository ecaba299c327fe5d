import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RECORD_COLUMN_ROWS_MIN } from '../../src/limits.ts'
import { decodeChunk } from '../../src/state/state-chunk.ts'
import { StoredValues } from '../../src/state/stored-values.ts'
import { ValueTable } from '../../src/state/value-table.ts'
import { expectSame } from '../codec/expect-same.ts'
import { type Stored, readDeltas, storedAs } from './stored-deltas.ts'

const KEYS = 3 * RECORD_COLUMN_ROWS_MIN
const GROUPS = 2

interface Row {
  readonly cents: number
  readonly name: string
  readonly tags?: readonly string[]
}

const keyOf = (i: number): string => (i % 16 === 0 ? `schlüssel-${i}` : `account-${i}`)
const rowOf = (i: number, round: number): Row => ({ cents: i + round, name: `n${i % 7}`, ...(i % 5 === 0 && { tags: [`t${i}`] }) })

function contentOf(table: ValueTable<Row>): Map<string, Row> {
  const content = new Map<string, Row>()
  table.forEach((key, value) => void content.set(key as string, value))
  return content
}

function restored(chunks: readonly Uint8Array[]): ValueTable<Row> {
  const table = new ValueTable<Row>()
  for (const chunk of chunks) table.restore(chunk)
  return table
}

const byKey = (content: Map<string, Row>): [string, Row][] => [...content].toSorted(([a], [b]) => (a < b ? -1 : 1))

const RESTART = { kind: 'restart' as const, from: 0, count: 0 }

const step = fc.oneof(
  fc.record({ kind: fc.constantFrom('set' as const, 'read' as const), from: fc.nat(KEYS), count: fc.nat(KEYS / 4) }),
  fc.constantFrom('delta' as const, 'restart' as const, 'restart from deltas' as const).map((kind) => ({ kind, from: 0, count: 0 })),
)

test('a table of records that was restored is the one that was stored, whatever is read, written and stored before all of it was used', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      let table = new ValueTable<Row>()
      const model = new Map<string, Row>()
      const complete = new Map<number, Stored>()
      let [id, round] = [0, 0]
      const set = (i: number): void => {
        table.set(table.slotOf(keyOf(i)), rowOf(i, round))
        model.set(keyOf(i), rowOf(i, round))
      }
      const store = (): Stored => {
        const stored = storedAs(readDeltas(table.deltas(GROUPS, ++id, RECORD_COLUMN_ROWS_MIN)), complete)
        complete.set(id, stored)
        table.completed(id)
        return stored
      }
      for (let i = 0; i < KEYS; i++) set(i)
      for (const { kind, from, count } of [RESTART, ...steps, RESTART]) {
        round++
        for (let i = from; i < Math.min(KEYS, from + count); i++) {
          if (kind === 'set') set(i)
          else expectSame(table.get(table.slotOf(keyOf(i))), model.get(keyOf(i)))
        }
        if (kind === 'delta') store()
        else if (kind === 'restart') {
          const chunks = [...table.snapshot(GROUPS).values()]
          for (const chunk of chunks) expect(decodeChunk(chunk).columns.has('records')).toBe(true)
          table = restored(chunks)
        } else if (kind === 'restart from deltas') table = restored([...store().values()].flat())
      }
      expect(byKey(contentOf(table))).toEqual(byKey(model))
    }),
    { numRuns: 15 },
  )
})

test('a slot has the value of the last chunk that has it, until it is forgotten', () => {
  const rowsOf = (values: readonly string[]): { length: number; at(row: number): string } => ({
    length: values.length,
    at: (row) => values[row]!,
  })
  const slots = fc.uniqueArray(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 20 })
  const chunk = fc.tuple(slots, fc.array(fc.nat(30), { maxLength: 10 }))
  fc.assert(
    fc.property(fc.array(chunk), (chunks) => {
      const values = new StoredValues<string>()
      const model = new Map<number, string>()
      chunks.forEach(([taken, forgotten], c) => {
        values.add(
          rowsOf(taken.map((slot) => `${c}/${slot}`)),
          Int32Array.from(taken, (slot, row) => (row % 7 === 6 ? -1 : slot)),
        )
        taken.forEach((slot, row) => row % 7 !== 6 && model.set(slot, `${c}/${slot}`))
        for (const slot of forgotten) {
          values.forget(slot)
          model.delete(slot)
        }
      })
      expect(values.size).toBe(model.size)
      for (let slot = 0; slot <= 40; slot++) expect(values.at(slot)).toBe(model.get(slot))
    }),
  )
})
