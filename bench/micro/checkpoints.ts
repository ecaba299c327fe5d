/**
 * Checkpoints of one large table: `node dist/bench/micro/checkpoints.js [keys]`. One instance, 128 key groups, keys and values of about 50 bytes together, on a real
 * store. Pause: what the actor spends in its snapshot. Storing: the commit, on disk.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sealState } from '../../src/worker/chunk-key.ts'
import { decodeChunk } from '../../src/worker/chunk-key.ts'
import { KEY_HASH_VERSION } from '../../src/core/key-hash.ts'
import { ValueTable } from '../../src/state/value-table.ts'
import { openCheckpointStore } from '../../src/storage/checkpoint-store.ts'

const KEYS = Number(process.argv[2] ?? 1_000_000)
const GROUPS = 128

const keyOf = (n: number): string => `account-${String(n).padStart(9, '0')}`
const valueOf = (n: number, round: number): unknown => ({ cents: n * 17 + round, name: `n${n % 1000}` })

const dir = mkdtempSync(join(tmpdir(), 'millrace-bench-'))
const store = openCheckpointStore({ dir, retained: 2 })
const table = new ValueTable<unknown>()

function measure<T>(work: () => T): { readonly ms: number; readonly result: T } {
  const startMs = performance.now()
  const result = work()
  return { ms: performance.now() - startMs, result }
}

async function checkpoint(id: number, what: string): Promise<void> {
  const { ms: snapshotMs, result: chunks } = measure(() =>
    Array.from(table.deltas(GROUPS, id)).flatMap((chunk) => (chunk === null ? [] : [sealState({ operator: 'balances', ...chunk })])),
  )
  const head = {
    ...{ id, lineage: 'bench', status: 'complete' as const, createdMs: 0, jobName: 'bench', graphFingerprint: '' },
    ...{ keyHashVersion: KEY_HASH_VERSION, keyGroups: GROUPS, operators: [] },
  }
  const { tookMs } = await store.commit(head, [{ task: 'balances', index: 0, finished: false, chunks }])
  table.completed(id)
  const bytes = chunks.reduce((sum, chunk) => sum + chunk.bytes.byteLength, 0)
  console.log(
    `${what.padEnd(12)} snapshot ${snapshotMs.toFixed(0).padStart(5)} ms   storing ${tookMs.toFixed(0).padStart(5)} ms   ${(bytes / 2 ** 20).toFixed(2)} MiB`,
  )
}

try {
  for (let n = 0; n < KEYS; n++) table.set(table.slotOf(keyOf(n)), valueOf(n, 0))
  await checkpoint(1, 'full')
  await checkpoint(2, 'full')
  for (let round = 3; round <= 6; round++) {
    for (let i = 0; i < KEYS / 100; i++) {
      const n = (i * 7919 * round) % KEYS
      table.set(table.slotOf(keyOf(n)), valueOf(n, round))
    }
    await checkpoint(round, 'delta of 1 %')
  }
  await checkpoint(7, 'idle')
  const { manifest, actors } = store.actorsOf(7)
  const chunks = actors.flatMap((actor) => actor.chunks)
  const again = new ValueTable<unknown>()
  const { ms } = measure(() => {
    for (const { bytes } of chunks) again.restore(decodeChunk(bytes) as Uint8Array)
  })
  console.log(`restore      ${ms.toFixed(0)} ms, ${chunks.length} chunks of checkpoint ${manifest.id}, ${again.keys.size} keys`)
} finally {
  await store.close()
  rmSync(dir, { recursive: true, force: true })
}
