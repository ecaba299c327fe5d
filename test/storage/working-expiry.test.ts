/** Working state that has expired: rows that nobody asks for any more go with a checkpoint, which meets them anyway. */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { MessagePort } from 'node:worker_threads'
import { pack, unpack } from 'msgpackr'
import { afterEach, expect, test } from 'vitest'
import { sealChunk } from '../../src/checkpoint/chunk.ts'
import { slotsOfChunk } from '../../src/state/key-groups.ts'
import { KeyTable } from '../../src/state/key-table.ts'
import { decodeKeyedChunk } from '../../src/state/keyed-chunk.ts'
import { openStates } from '../../src/state/open-states.ts'
import { CLOSED, StateScope } from '../../src/state/state-scope.ts'
import { type ListState, type MapState, type ValueState, list, map, value } from '../../src/state/state-specs.ts'
import { CachedBackend } from '../../src/state/working/cached-backend.ts'
import { writeRowKey } from '../../src/state/working/row-keys.ts'
import { NO_VALUE, RowWriter } from '../../src/state/working/row-writer.ts'
import type { StoreMessage } from '../../src/storage/protocol.ts'
import { createHandshake } from '../../src/storage/handshake.ts'
import type { WorkingAnswer } from '../../src/storage/working-state/working-protocol.ts'
import { WorkingDatabase } from '../../src/storage/working-state/working-database.ts'
import { WorkingTables } from '../../src/storage/working-state/working-tables.ts'

const GROUPS = 4
const TTL_MS = 100
const KEYS = 300
/** One that LMDB would refuse as it is. */
const keyOf = (n: number): string => `key ${n} ${n % 50 === 0 ? 'x'.repeat(3_000) : ''}`

interface Handles {
  readonly last: ValueState<number>
  readonly all: ListState<number>
  readonly by: MapState<string, number>
  readonly lasting: ValueState<number>
}

/** The state of one actor, a few keys of it in memory, the rest with what the storage thread has. */
class Actor {
  readonly tables: WorkingTables
  readonly scope = new StateScope(true)
  readonly backend: CachedBackend
  readonly handles: Handles

  constructor() {
    this.tables = new WorkingTables(join(mkdtempSync(join(tmpdir(), 'millrace-working-')), 'working'), createHandshake())
    this.tables.startAttempt(1)
    const port = (answer: (rows: Uint8Array) => void): MessagePort =>
      ({ postMessage: ({ rows }: WorkingAnswer) => answer(rows) }) as unknown as MessagePort
    const store = {
      table: 7,
      write: (rows: Uint8Array) =>
        this.tables.receive(
          port(() => {}),
          { type: 'working-write', attempt: 1, table: 7, rows },
        ),
      ask: (keys: Uint8Array, answer: (rows: Uint8Array, failure: null) => void) =>
        this.tables.receive(
          port((rows) => answer(rows, null)),
          { type: 'working-ask', attempt: 1, table: 7, request: 1, keys },
        ),
    }
    this.backend = new CachedBackend(store, { keyGroups: GROUPS, cacheBytes: 2_000, wake: () => {} })
    const ttl = { ms: TTL_MS }
    const specs = { last: value({ ttl }), all: list({ ttl }), by: map({ ttl }), lasting: value() }
    this.handles = openStates(specs, this.backend, this.scope) as unknown as Handles
  }

  at<R>(n: number, nowMs: number, call: (handles: Handles) => R): R {
    const { keys, cache } = this.backend
    const slot = keys.slotOf(keyOf(n))
    cache.need(slot)
    if (cache.ask() && cache.waits) throw new Error('the tables answer at once')
    this.scope.nowMs = nowMs
    this.scope.slot = slot
    const result = call(this.handles)
    this.scope.slot = CLOSED
    this.backend.batchDone(nowMs)
    return result
  }

  /** Names of states by key, as a checkpoint has them. */
  async checkpoint(nowMs: number): Promise<Map<string, string[]>> {
    const bytes = new Uint8Array(pack(this.backend.handOver(nowMs)))
    const message = { attempt: 1, chunks: [sealChunk('op/working/7', bytes)] } as unknown as StoreMessage
    const { chunks } = (await this.tables.expand(message))!
    const found = new Map<string, string[]>()
    for (const { bytes: stored } of chunks) {
      for (const [name, chunk] of Object.entries((unpack(stored) as { states: Record<string, Uint8Array> }).states)) {
        const keys = new KeyTable()
        for (const slot of slotsOfChunk(keys, decodeKeyedChunk(chunk).chunk)) {
          const key = keys.keyAt(slot) as string
          found.set(key, [...(found.get(key) ?? []), name].sort())
        }
      }
    }
    return found
  }

  /** Of all keys, those that have a row. */
  stored(): number[] {
    return Array.from({ length: KEYS }, (_, n) => n).filter((n) => {
      const question = new RowWriter()
      const at = question.beginSized()
      writeRowKey(question, keyOf(n), GROUPS)
      question.endSized(at)
      let found = false
      const port = {
        postMessage: ({ rows }: WorkingAnswer) => (found = new DataView(rows.buffer, rows.byteOffset).getUint32(0) !== NO_VALUE),
      }
      this.tables.receive(port as unknown as MessagePort, { type: 'working-ask', attempt: 1, table: 7, request: 1, keys: question.take() })
      return found
    })
  }
}

let actor: Actor | null = null
afterEach(() => actor?.tables.close())

/** What each key keeps, by its number. */
const KEPT = ['last', 'all', 'by', 'lasting'] as const

function fill({ last, all, by, lasting }: Handles, n: number): void {
  const kept = KEPT[n % KEPT.length]!
  if (kept === 'last') last.set(n)
  else if (kept === 'all') all.add(n, n)
  else if (kept === 'by') by.set('a', n)
  else lasting.set(n)
  if (n % 8 === 7) last.set(n)
}

test('rows of which all has expired are removed with the next checkpoint, and are not in it; no other row is', async () => {
  actor = new Actor()
  for (let n = 0; n < KEYS; n++) actor.at(n, 0, (handles) => fill(handles, n))
  const everything = await actor.checkpoint(TTL_MS - 1)
  expect(everything.size).toBe(KEYS)
  expect(everything.get(keyOf(7))).toEqual(['last', 'lasting'])
  expect(actor.stored()).toHaveLength(KEYS)

  // Some live on: written again, or with an element or entry that was added later.
  const renewed = [0, 1, 2, 100, 101, 102]
  for (const n of renewed)
    actor.at(n, TTL_MS / 2, ({ last, all, by }) => (n % 4 === 0 ? last.set(-n) : n % 4 === 1 ? all.add(-n) : by.set('b', -n)))
  const later = await actor.checkpoint(TTL_MS)
  const live = Array.from({ length: KEYS }, (_, n) => n).filter((n) => n % 4 === 3 || renewed.includes(n))
  expect([...later.keys()].sort()).toEqual(live.map(keyOf).sort())
  expect(later.get(keyOf(7))).toEqual(['lasting'])
  expect(actor.stored()).toEqual(live)
  expect(actor.at(1, TTL_MS, ({ all }) => all.get())).toEqual([-1])
  expect(actor.at(4, TTL_MS, ({ last }) => last.get())).toBeUndefined()
})

/** Rows of the key group 0, a byte each. */
function rows(values: Readonly<Record<string, number>>): Uint8Array {
  const writer = new RowWriter()
  for (const [key, each] of Object.entries(values)) {
    const bytes = Buffer.from(`\0\0\x02${key}`)
    writer.u32(bytes.length)
    writer.bytes(bytes)
    writer.u32(1)
    writer.u8(each)
  }
  return writer.take()
}

test('only rows that are still what they were are removed', () => {
  const database = new WorkingDatabase(join(mkdtempSync(join(tmpdir(), 'millrace-working-')), 'working'))
  const long = 'x'.repeat(3_000)
  const all = (): string[] => {
    const frozen = database.freeze()
    const found = [...frozen.table(1).rows(0)].map(({ key, value: { 0: byte } }) => `${key.toString('latin1', 3, 8)} ${byte}`)
    frozen.done()
    return found
  }
  database.write(1, rows({ changed: 1, gone: 2, [long]: 3, waits: 4 }))
  const frozen = database.freeze()
  const seen = [...frozen.table(1).rows(0)].map(({ key, value: bytes }) => ({ key: Buffer.from(key), value: Buffer.from(bytes) }))
  frozen.done()
  expect(seen).toHaveLength(4)
  database.write(1, rows({ changed: 9 }))
  database.freeze().done()
  database.write(1, rows({ waits: 8 }))
  database.removeUnchanged(1, seen)
  expect(all()).toEqual(['chang 9', 'waits 8'])
  database.close()
})
