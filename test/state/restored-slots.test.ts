/** What restored chunks put into slots that had something else, or nothing. */
import { pack, unpack } from 'msgpackr'
import { expect, test } from 'vitest'
import { sealChunk } from '../../src/checkpoint/chunk.ts'
import { AccumulatorTable } from '../../src/state/accumulator-table.ts'
import { KeyedChunkWriter } from '../../src/state/keyed-chunk.ts'
import { MemoryBackend } from '../../src/state/memory-backend.ts'
import { decodeChunk } from '../../src/state/state-chunk.ts'
import { MemoryRows } from '../../src/state/working/memory-rows.ts'
import { plainFormat } from '../../src/state/working/pieces.ts'
import { writeRowKey } from '../../src/state/working/row-keys.ts'
import { NO_VALUE, RowWriter } from '../../src/state/working/row-writer.ts'
import { writeCell } from '../../src/state/working/stored-cells.ts'
import type { WorkingSnapshot } from '../../src/state/working/working-store.ts'
import { expandSnapshot } from '../../src/storage/working-state/expand-snapshot.ts'
import { KitDeltas } from '../../src/testing/kit/kit-deltas.ts'

interface Row {
  readonly k: number
  readonly v: number
}

const tableOf = (mode: 'generated' | 'interpreted'): AccumulatorTable<Row> =>
  new AccumulatorTable({ name: mode, specs: { n: { kind: 'count' }, s: { kind: 'sum', field: 'v' } }, key: { field: 'k' }, mode } as never)

test.each(['generated', 'interpreted'] as const)(
  'a row of a table on disk that a delta takes back begins anew when its key comes again (%s)',
  (mode) => {
    const rows = new MemoryRows()
    const write = (key: number, cells: readonly number[] | null): void => {
      const writer = new RowWriter()
      const at = writer.beginSized()
      writeRowKey(writer, key, 1)
      writer.endSized(at)
      if (cells === null) writer.u32(NO_VALUE)
      else {
        const value = writer.beginSized()
        writeCell(writer, cells, 'value')
        writer.endSized(value)
      }
      rows.write(writer.take())
    }
    const pieces = plainFormat({ numbers: 0, layout: tableOf(mode).store.layout } as never)
    const snapshot = { kind: 'accumulators', keyGroups: 1, states: [{ name: 'value', signature: 'value' }], pieces } as WorkingSnapshot
    const deltas = new KitDeltas()
    const checkpoint = (id: number): ReturnType<KitDeltas['complete']> => {
      const chunks = [...expandSnapshot(id, [sealChunk('op/working/1', new Uint8Array(pack(snapshot)))], () => rows as never)]
      const all = deltas.complete(id, chunks)
      rows.completed(id)
      return all
    }
    for (let key = 0; key < 20; key++) write(key, [1, key])
    checkpoint(1)
    checkpoint(2)
    write(3, null)
    const chunks = checkpoint(3)
    expect(chunks).toHaveLength(2)

    const restored = tableOf(mode)
    for (const { bytes } of chunks) restored.restore(new Uint8Array(unpack(bytes) as Uint8Array))
    restored.addRecords([
      { k: 3, v: 5 },
      { k: 777, v: 6 },
    ])
    const resultOf = (key: number): unknown => restored.resultAt(restored.keys.slotOf(key))
    expect([resultOf(3), resultOf(777), resultOf(4)]).toEqual([
      { key: 3, n: 1, s: 5 },
      { key: 777, n: 1, s: 6 },
      { key: 4, n: 1, s: 4 },
    ])
  },
)

test('a restored text takes the slot of a key that had expired: it is that text, for whoever reads the slot and for the next snapshot', () => {
  interface Seen {
    readonly at: number
  }
  const expiry = (value: Seen, nowMs: number): number => (value.at + 100 <= nowMs ? -Infinity : value.at + 100)
  const backend = new MemoryBackend()
  const save = (value: Seen): Seen => value
  const cell = backend.cell<Seen>({ name: 's', signature: 'value@1', ttlMs: 100, save, load: save, purge: expiry } as never)
  const chunk = (group: number, entries: readonly (readonly [number | string, Seen])[]): Uint8Array =>
    new KeyedChunkWriter('s', 'value@1').write(
      { groups: 2, group },
      { keyAt: (row) => entries[row]![0] },
      Int32Array.from(entries.keys()),
      (row) => entries[row]![1],
    )
  const numbers = chunk(0, [
    [1, { at: 0 }],
    [2, { at: 950 }],
  ])
  backend.restore({ s: numbers }, 1000)
  backend.restore({ s: chunk(1, [['anonymous-user', { at: 990 }]]) }, 1000)
  const slot = backend.keys.find('anonymous-user')
  expect([backend.keys.keyAt(slot), cell.get(slot)]).toEqual(['anonymous-user', { at: 990 }])
  const stored = [...backend.snapshot(2, 1000).values()].flatMap(({ s }) => {
    const { intKeys, textKeys } = decodeChunk(s!)
    return [...intKeys, ...textKeys.all()]
  })
  expect(new Set(stored)).toEqual(new Set([2, 'anonymous-user']))
})
