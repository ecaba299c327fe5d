import { constants, mkdirSync, readFileSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Prng } from '../../../src/core/prng.ts'
import { launch, openTable } from '../../../src/index.ts'
import { openCheckpointReader } from '../../../src/storage/checkpoint-reader.ts'
import { openCheckpointStore } from '../../../src/storage/checkpoint-store.ts'
import { openTableEnvironment } from '../../../src/storage/tables/table-environment.ts'
import { temporaryDir } from '../../engine/run-job.ts'
import { head, snapshots } from '../../storage/plain-fixtures.ts'
import job, { exactSums } from './jobs/counted-table.ts'
import { type Image, imagesOf } from './power-loss.ts'

const chance = new Prng(Number(process.env['MILLRACE_TEST_SEED'] ?? 1))
const storageEntry = new URL('./recording-storage.js', import.meta.url)
const RANDOM = 6
const METAS_BYTES = 8192
const RESTARTS = 12

type Folder = 'checkpoints' | 'table'

/** One transaction that was on disk, and the files as they were then. */
interface Recorded {
  readonly folder: Folder
  readonly files: Readonly<Record<Folder, Buffer | null>>
}

/** Every transaction of a run, from the first one of its directory on. */
async function recordRun(): Promise<Recorded[]> {
  const dir = temporaryDir()
  const record = join(dir, 'record')
  mkdirSync(record)
  process.env['MILLRACE_TEST_RECORD'] = record
  const config = { table: join(dir, 'table'), rowsPerSecond: 3_000 }
  const run = await launch(job, { workers: 2, stateDir: join(dir, 'state'), checkpointIntervalMs: 25, storageEntry, config })
  await run.done
  const recorded: Recorded[] = []
  let files: Recorded['files'] = { checkpoints: null, table: null }
  const note = (folder: Folder, bytes: Buffer): void => {
    // A file that has its metas only is none yet: nothing of it was synced.
    if (bytes.length <= METAS_BYTES || files[folder]?.equals(bytes) === true) return
    files = { ...files, [folder]: bytes }
    recorded.push({ folder, files })
  }
  for (const name of readdirSync(record).toSorted()) note(name.slice(5, -4) as Folder, readFileSync(join(record, name)))
  for (const [folder, path] of [
    ['table', 'table'],
    ['checkpoints', 'state/checkpoints'],
  ] as const)
    note(folder, readFileSync(join(dir, path, 'data.mdb')))
  return recorded
}

/** A directory as power has left it. */
function place(path: string, bytes: Buffer | null): string {
  mkdirSync(path, { recursive: true })
  if (bytes !== null)
    for (const [name, content] of [
      ['data.mdb', bytes],
      ['lock.mdb', ''],
    ] as const)
      writeFileSync(join(path, name), content)
  return path
}

/** All that a state directory holds; and one more checkpoint can be written. */
async function stateIn(bytes: Buffer | null): Promise<string> {
  const dir = temporaryDir()
  place(join(dir, 'checkpoints'), bytes)
  const store = openCheckpointStore({ dir, retained: 3 })
  const ids = store.list().map(({ id }) => id)
  await store.commit(head(store.firstId), snapshots(store.firstId, 3_000))
  await store.close()
  const reader = openCheckpointReader(dir)
  const found = reader.list().filter(({ id }) => ids.includes(id))
  const chunks = found.map((manifest) =>
    [...reader.readChunks(manifest)].map(({ key, bytes: chunk }) => [key, Buffer.from(chunk).toString('base64')]),
  )
  await reader.close()
  rmSync(dir, { recursive: true })
  return JSON.stringify([ids, found.map(({ status, id }) => [status, id]), chunks])
}

async function tableIn(bytes: Buffer | null): Promise<string> {
  const path = temporaryDir()
  place(path, bytes)
  const environment = openTableEnvironment(path, 'read-write')
  const rows = [...environment.getRange({})].map(({ key, value }) => [key, Buffer.from(value).toString('base64')])
  environment.transactionSync(() => void environment.putSync(['row', 'another'], new Uint8Array(3_000)))
  await environment.close()
  rmSync(path, { recursive: true })
  return JSON.stringify(rows)
}

const contentOf = { checkpoints: stateIn, table: tableIn }

test('power lost at any write of a run: what is found is the transaction before or the new one, whole, and the job goes on from it exactly', async () => {
  const recorded = await recordRun()
  const crashes: { readonly files: Recorded['files'] }[] = []
  const counts = { transactions: recorded.length, images: 0, restarts: 0 }
  for (const [i, { folder, files }] of recorded.entries()) {
    const before = recorded[i - 1]?.files[folder] ?? null
    const [old, committed] = [await contentOf[folder](before), await contentOf[folder](files[folder])]
    const images: Image[] = imagesOf(before, files[folder]!, chance, RANDOM)
    for (const { bytes, isCommitted } of images) {
      expect(await contentOf[folder](bytes)).toBe(isCommitted ? committed : old)
      counts.images++
    }
    if (folder === 'checkpoints' && before !== null) {
      // What LMDB never does, to see that it would be seen: the meta is there before the pages are.
      const early = Buffer.concat([files[folder]!.subarray(0, METAS_BYTES), before.subarray(METAS_BYTES)])
      expect(await stateIn(early).catch(() => 'refused')).not.toBe(committed)
    }
    crashes.push({ files: { ...files, [folder]: images[chance.nextInt(images.length)]!.bytes } })
  }
  for (let i = 0; i < RESTARTS; i++) {
    const { files } = crashes[Math.floor(((i + 0.5) * crashes.length) / RESTARTS)]!
    const dir = temporaryDir()
    const table = join(dir, 'table')
    place(join(dir, 'state', 'checkpoints'), files.checkpoints)
    if (files.table !== null) place(table, files.table)
    await (
      await launch(job, { workers: 1 + (i % 3), stateDir: join(dir, 'state'), config: { table, rowsPerSecond: 1e6 } })
    ).done
    const opened = await openTable(table)
    expect([...opened.rows()].map(([, row]) => row)).toEqual(exactSums())
    await opened.close()
    counts.restarts++
  }
  console.log(`power loss: ${JSON.stringify(counts)}`)
})

/** How files of a folder are opened in this process: flags of open(2), of writers only. */
function openFlags(path: string): number[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      if (readlinkSync(`/proc/self/fd/${fd}`) !== path) return []
      return [parseInt(/flags:\s*(\d+)/.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))![1]!, 8)]
    } catch {
      // The one that the list was read with.
      return []
    }
  })
}

test.skipIf(process.platform !== 'linux')('metas are written through a descriptor of which each write waits for the disk', async () => {
  const dir = temporaryDir()
  const store = openCheckpointStore({ dir })
  const flags = openFlags(join(dir, 'checkpoints', 'data.mdb'))
  expect(flags.some((bits) => (bits & constants.O_DSYNC) !== 0)).toBe(true)
  await store.close()
})
