import { spawnSync } from 'node:child_process'
import { cpSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { openCheckpointReader } from '../../src/storage/checkpoint-reader.ts'
import { openCheckpointStore } from '../../src/storage/checkpoint-store.ts'
import { checkDatabaseFiles } from '../../src/storage/database-files.ts'
import { readSavepoint } from '../../src/storage/savepoint.ts'
import { openTableEnvironment } from '../../src/storage/tables/table-environment.ts'
import { chunk, head, snapshots, temporaryDir } from './fixtures.ts'

const file = (dir: string): string => join(dir, 'checkpoints', 'data.mdb')

/** A state directory with two checkpoints, and a table of rows. */
async function wholeDirs(): Promise<{ state: string; table: string }> {
  const [state, table] = [temporaryDir(), temporaryDir()]
  const store = openCheckpointStore({ dir: state })
  for (const id of [1, 2]) await store.commit(head(id), snapshots(id, 50_000))
  await store.close()
  const environment = openTableEnvironment(table, 'read-write')
  environment.transactionSync(() => {
    for (let i = 0; i < 1_000; i++) environment.putSync(['row', i], new Uint8Array(100))
  })
  await environment.close()
  return { state, table }
}

test('who reads a file that was cut off is told how much is missing, and the process goes on', async () => {
  const { state, table } = await wholeDirs()
  const bytes = statSync(file(state)).size
  const cuts = [100, 4096, 8192, 12_288, 40_000, bytes - 4096, bytes - 1]
  const parent = temporaryDir()
  const copies = cuts.flatMap((keep) => {
    const [cutState, cutTable] = [join(parent, `state-${keep}`), join(parent, `table-${keep}`)]
    cpSync(state, cutState, { recursive: true })
    cpSync(table, cutTable, { recursive: true })
    truncateSync(file(cutState), keep)
    truncateSync(join(cutTable, 'data.mdb'), Math.min(keep, statSync(join(table, 'data.mdb')).size - 1))
    return [`state=${cutState}`, `table=${cutTable}`]
  })
  const script = fileURLToPath(new URL('./cut-off-process.js', import.meta.url))
  const { stdout, signal } = spawnSync(process.execPath, [script, `state=${state}`, ...copies], { encoding: 'utf8' })
  expect(signal).toBeNull()
  const [whole, ...lines] = stdout.trim().split('\n')
  expect(whole).toBe('fine 2')
  expect(lines).toHaveLength(copies.length)
  for (const [i, line] of lines.entries()) {
    const [kind, keep] = [i % 2 === 0 ? 'state' : 'table', cuts[i >> 1]!]
    expect(line).toMatch(kind === 'state' ? /^MR_STATE_CORRUPT / : /^MR_PATH_UNUSABLE /)
    if (keep >= 8192) expect(line).toMatch(/data\.mdb was cut off: it has \d+ of \d+ bytes\. Put a whole copy/)
  }
})

test('a savepoint that was cut off is refused', async () => {
  const { state } = await wholeDirs()
  truncateSync(file(state), 40_000)
  await expect(readSavepoint(state)).rejects.toThrow(/cut off: it has 40000 of \d+ bytes/)
})

test('a damaged page of the trees is found before the database reads it', async () => {
  const { state } = await wholeDirs()
  const store = openCheckpointStore({ dir: state })
  await store.commit(head(store.firstId), [
    { task: 'sum', index: 0, finished: false, chunks: Array.from({ length: 300 }, (_, i) => chunk(`group-${i}`, 3, 30)) },
  ])
  await store.close()
  const bytes = readFileSync(file(state))
  // The newest transaction, and its tree.
  const metaAt = bytes.readBigUInt64LE(4096 + 152) > bytes.readBigUInt64LE(152) ? 4096 : 0
  const root = Number(bytes.readBigUInt64LE(metaAt + 136))
  bytes.fill(0, root * 4096, (root + 1) * 4096)
  writeFileSync(file(state), bytes)
  expect(() => openCheckpointReader(state)).toThrow(/is damaged/)
  expect(() => openCheckpointStore({ dir: state })).toThrow(/is damaged/)
})

test('files are never taken for damaged that are not: after commits of all sizes', async () => {
  const dir = temporaryDir()
  const store = openCheckpointStore({ dir, retained: 1 })
  for (let id = store.firstId, i = 0; i < 12; i++, id++) {
    const chunks = Array.from({ length: 1 + ((i * 37) % 90) }, (_, n) => chunk(`group-${n}`, id, 1 + ((n * 7919 * i) % 9_000)))
    await store.commit(head(id), [{ task: 'sum', index: 0, finished: false, chunks }])
    expect(checkDatabaseFiles(join(dir, 'checkpoints'), 'read-only', 'checked')).toBe(false)
  }
  await store.close()
})
