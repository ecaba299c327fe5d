import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
  readdirSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { StateReport } from '../../src/app/state-report.ts'
import type { MillraceError } from '../../src/errors.ts'
import { openCheckpoint } from '../../src/index.ts'
import { openCheckpointReader } from '../../src/storage/checkpoint-reader.ts'
import { CHUNKS, openEnvironment, reading } from '../../src/storage/environment.ts'
import { openCheckpointStore } from '../../src/storage/checkpoint-store.ts'
import { awaitStorageQuiet, createHandshake } from '../../src/storage/handshake.ts'
import { chunk, head, snapshots, temporaryDir } from './fixtures.ts'

/** Of all chunks in the database: checkpoint and ordinal. */
async function storedKeys(dir: string): Promise<unknown[][]> {
  const environment = openEnvironment(dir, 'read-only')
  const keys = reading(environment, 'It', () => [...environment.getKeys(CHUNKS)].map(([, ...place]) => place))
  await environment.close()
  return keys
}

const codeOf = (work: () => unknown): string => {
  try {
    work()
  } catch (error) {
    return (error as MillraceError).code
  }
  return 'nothing thrown'
}

describe('chunks that are written before their commit', () => {
  const staged = [chunk('group-0', 1, 5000), chunk('group-1', 1, 70)]
  const chunksIn = async (dir: string): Promise<string[]> => {
    const reader = openCheckpointReader(dir)
    const manifest = reader.latest()
    const read = manifest === undefined ? [] : [...reader.readChunks(manifest)].map(({ key, bytes }) => `${key} ${bytes.length}`)
    await reader.close()
    return read
  }

  test('belong to it once it is there, beside those that came with it', async () => {
    const dir = join(temporaryDir(), 'state')
    const store = openCheckpointStore({ dir })
    const [first, ...others] = store.staged.write(1, staged)
    const more = store.staged.write(1, [chunk('group-2', 1, 80)])
    await store.commit(head(1), [
      { task: 'sum', index: 0, finished: false, chunks: [first!, chunk('group-3', 1, 90), ...others] },
      { task: 'sum', index: 1, finished: false, chunks: more },
    ])
    await store.close()
    expect(await chunksIn(dir)).toEqual(['group-0 5000', 'group-3 90', 'group-1 70', 'group-2 80'])
    const again = openCheckpointStore({ dir })
    expect(again.read(1, new Set(['group-1'])).chunks.map(({ bytes }) => Buffer.from(bytes))).toEqual([Buffer.from(staged[1]!.bytes)])
    await again.close()
    expect(await chunksIn(dir)).toHaveLength(4)
  })

  test('are gone when it is given up, and when the process ended before', async () => {
    const dir = join(temporaryDir(), 'state')
    const store = openCheckpointStore({ dir })
    store.staged.write(1, staged)
    store.staged.drop(1)
    store.staged.write(2, staged)
    await expect(
      store.commit(head(2), [{ task: 'sum', index: 0, finished: false, chunks: [{ ...staged[0]!, since: 1 }] }]),
    ).rejects.toThrow(/no chunk/)
    store.staged.drop(2)
    expect(await storedKeys(dir)).toEqual([])
    store.staged.write(3, staged)
    await store.close()
    const next = openCheckpointStore({ dir })
    await next.commit(head(next.firstId), snapshots(next.firstId))
    await next.close()
    expect(await storedKeys(dir)).toEqual([0, 1, 2].map((ordinal) => [next.firstId, ordinal]))
  })
})

describe('a commit', () => {
  test('is read back by another handle: manifest, keys and bytes', async () => {
    const dir = join(temporaryDir(), 'state.d')
    const store = openCheckpointStore({ dir })
    const written = snapshots(store.firstId, 5000)
    await store.commit(head(store.firstId), written)
    const reader = openCheckpointReader(dir)
    const manifest = reader.latest()!
    expect(manifest).toEqual(store.latest())
    expect(manifest.actors.map(({ task, index, finished }) => ({ task, index, finished }))).toEqual(
      written.map(({ task, index, finished }) => ({ task, index, finished })),
    )
    const read = [...reader.readChunks(manifest)]
    expect(read.map(({ task, index, key, bytes }) => ({ task, index, key, bytes: Buffer.from(bytes) }))).toEqual(
      written.flatMap(({ task, index, chunks }) => chunks.map(({ key, bytes }) => ({ task, index, key, bytes: Buffer.from(bytes) }))),
    )
    await reader.close()
    await store.close()
  })

  test.skipIf(process.platform === 'win32')('into a directory that was removed, moved or replaced has failed', async () => {
    for (const lose of [(dir: string) => rmSync(dir, { recursive: true }), (dir: string) => renameSync(dir, `${dir}-moved`)]) {
      const dir = join(temporaryDir(), 'state')
      const store = openCheckpointStore({ dir })
      await store.commit(head(1), snapshots(1))
      lose(dir)
      await expect(store.commit(head(2), snapshots(2))).rejects.toThrow(/was removed, moved or replaced/)
      await openCheckpointStore({ dir: `${dir}-other` }).close()
      renameSync(`${dir}-other`, dir)
      await expect(store.commit(head(3), snapshots(3))).rejects.toMatchObject({ code: 'MR_CHECKPOINT_FAILED' })
      expect(store.latest()!.id).toBe(1)
      await store.close()
    }
  })

  test('survives reopening, and the next id is above every id that was used', async () => {
    const dir = temporaryDir()
    const first = openCheckpointStore({ dir })
    expect(first.firstId).toBe(1)
    await first.commit(head(1), snapshots(1))
    for (let id = 2; id < 200; id++) first.retire(id)
    await first.close()
    const second = openCheckpointStore({ dir })
    expect(second.latest()?.id).toBe(1)
    expect(second.firstId).toBeGreaterThanOrEqual(200)
    await second.close()
  })

  test('with an id that was used, or may have been, is refused', async () => {
    const dir = temporaryDir()
    const store = openCheckpointStore({ dir })
    await store.commit(head(5), snapshots(5))
    for (const id of [5, 4, 0, -1, 1.5, Number.NaN]) {
      await expect(store.commit(head(id), snapshots(1))).rejects.toMatchObject({ code: 'MR_CHECKPOINT_FAILED' })
    }
    expect(store.list().map(({ id }) => id)).toEqual([5])
    await store.close()
    const again = openCheckpointStore({ dir })
    await expect(again.commit(head(again.firstId - 1), snapshots(1))).rejects.toMatchObject({ code: 'MR_CHECKPOINT_FAILED' })
    await again.commit(head(again.firstId), snapshots(1))
    await again.close()
  })

  test('keeps the newest checkpoints only, and removes the chunks of the others', async () => {
    const dir = temporaryDir()
    const store = openCheckpointStore({ dir, retained: 3 })
    const reader = openCheckpointReader(dir)
    for (let id = 1; id <= 10; id++) await store.commit(head(id), snapshots(id, 200_000))
    expect(store.list().map(({ id }) => id)).toEqual([8, 9, 10])
    expect(reader.list().map(({ id }) => id)).toEqual([8, 9, 10])
    for (const manifest of reader.list()) expect([...reader.readChunks(manifest)]).toHaveLength(3)
    expect(codeOf(() => reader.readManifest(7))).toBe('MR_CHECKPOINT_GONE')
    expect(lstatSync(join(dir, 'checkpoints', 'data.mdb')).size).toBeLessThan(6 * 400_000)
    await reader.close()
    await store.close()
  })

  test('takes from readers what it does not keep: they are told so, and of no damage', async () => {
    const dir = temporaryDir()
    const store = openCheckpointStore({ dir, retained: 2 })
    for (const id of [1, 2]) await store.commit(head(id), snapshots(id))
    const report = new StateReport(dir)
    const verdicts = report.verify()
    expect(verdicts.next().value).toEqual({ id: 1, damage: [] })
    for (const id of [3, 4]) await store.commit(head(id), snapshots(id))
    expect([...verdicts]).toEqual([])
    expect([...report.verify()].map(({ id }) => id)).toEqual([3, 4])
    await expect(openCheckpoint(dir, { id: 1 })).rejects.toMatchObject({ code: 'MR_CHECKPOINT_GONE' })
    const reader = openCheckpointReader(dir)
    const old = reader.list()[0]!
    for (const id of [5, 6]) await store.commit(head(id), snapshots(id))
    expect(codeOf(() => [...reader.readChunks(old)])).toBe('MR_CHECKPOINT_GONE')
    await Promise.all([reader.close(), report.close()])
    await store.close()
  })

  test('holds odd chunks: empty, no aligned view, long and strange keys, a map that has to grow', async () => {
    const dir = temporaryDir()
    const store = openCheckpointStore({ dir })
    const backing = new Uint8Array(1000).map((_, i) => i)
    const odd = [chunk('', 1, 0), chunk('é\0'.repeat(3000), 1, 3), chunk('view', 1, 1), chunk('big', 1, 12_000_000)]
    odd[2] = { ...chunk('view', 1, 0), bytes: backing.subarray(3, 777), checksum: 0 }
    const { sealChunk } = await import('../../src/checkpoint/chunk.ts')
    odd[2] = sealChunk('view', backing.subarray(3, 777))
    await store.commit(head(1), [{ task: 't'.repeat(5000), index: 3, finished: false, chunks: odd }])
    const reader = openCheckpointReader(dir)
    const read = [...reader.readChunks(reader.latest()!)]
    expect(read.map(({ key }) => key)).toEqual(odd.map(({ key }) => key))
    for (const [i, { bytes }] of read.entries()) expect(Buffer.compare(bytes, odd[i]!.bytes)).toBe(0)
    await reader.close()
    await store.close()
  })

  test('that does not fit on the disk fails as a whole, leaves earlier ones intact, and a later one succeeds', () => {
    // In a process of its own whose files may not grow beyond 4 MiB, as on a full disk.
    const script = fileURLToPath(new URL('./full-disk-process.js', import.meta.url))
    const command = `trap '' XFSZ; ulimit -f 4096; exec "$0" "$1" "$2"`
    const { stdout, status } = spawnSync('bash', ['-c', command, process.execPath, script, temporaryDir()], { encoding: 'utf8' })
    expect(status).toBe(0)
    expect(JSON.parse(stdout.trim().split('\n').at(-1)!)).toEqual({
      failed: 'MR_CHECKPOINT_FAILED',
      hasCause: true,
      afterFailure: [1],
      intact: true,
      nextIdIsNew: true,
      afterSuccess: [1, 90],
      reopened: [1, 90],
    })
  })

  test('after quiet was asked for is refused, and quiet is immediate when nothing is written', async () => {
    const handshake = createHandshake()
    const store = openCheckpointStore({ dir: temporaryDir(), handshake })
    await store.commit(head(1), snapshots(1))
    expect(awaitStorageQuiet(handshake, 0)).toBe(true)
    await expect(store.commit(head(2), snapshots(2))).rejects.toMatchObject({ code: 'MR_CHECKPOINT_FAILED' })
    await store.close()
  })
})

test('a store cannot be opened beside a reader of this process that was there first: the error says so', async () => {
  const dir = temporaryDir()
  const store = openCheckpointStore({ dir })
  await store.commit(head(1), snapshots(1))
  await store.close()
  const reader = openCheckpointReader(dir)
  expect(() => openCheckpointStore({ dir })).toThrow(/reader of this process/)
  await reader.close()
})

describe('a state directory', () => {
  test('that is a file is refused, to read from as well', () => {
    const file = join(temporaryDir(), 'file')
    writeFileSync(file, '')
    expect(() => openCheckpointReader(file)).toThrow(expect.objectContaining({ code: 'MR_STATE_DIR_INVALID' }))
  })

  test('on a full disk is refused; LMDB would end the process', () => {
    const script = fileURLToPath(new URL('./full-disk-process.js', import.meta.url))
    const dir = temporaryDir()
    // Files that may not grow beyond 4 KiB.
    const command = `trap '' XFSZ; ulimit -f 4; exec "$0" "$1" "$2"`
    const { stderr, status } = spawnSync('bash', ['-c', command, process.execPath, script, dir], { encoding: 'utf8' })
    expect(status).toBe(1)
    expect(stderr).toContain('MR_STATE_DIR_INVALID')
    expect(readdirSync(join(dir, 'checkpoints'))).toEqual([])
  })

  test('is made with its parents, for its owner only', async () => {
    const dir = join(temporaryDir(), 'a', 'b')
    const store = openCheckpointStore({ dir })
    if (process.platform !== 'win32') {
      expect(lstatSync(dir).mode & 0o777).toBe(0o700)
      expect(lstatSync(join(dir, 'checkpoints', 'data.mdb')).mode & 0o077).toBe(0)
    }
    await store.close()
  })

  test('that is a link, a file, in a file or no path is refused', () => {
    const base = temporaryDir()
    symlinkSync(base, join(base, 'link'))
    writeFileSync(join(base, 'file'), '')
    mkdirSync(join(base, 'inner'))
    symlinkSync(base, join(base, 'inner', 'checkpoints'))
    for (const dir of [join(base, 'link'), join(base, 'file'), join(base, 'file', 'x'), join(base, 'inner'), '', 'a\0b']) {
      expect(codeOf(() => openCheckpointStore({ dir }))).toBe('MR_STATE_DIR_INVALID')
    }
  })

  test('that is not writable is refused', (context) => {
    if (process.getuid?.() === 0) context.skip('runs as root, who may write everywhere')
    const dir = temporaryDir()
    chmodSync(dir, 0o500)
    expect(codeOf(() => openCheckpointStore({ dir }))).toBe('MR_STATE_DIR_INVALID')
  })

  test('without a store cannot be read, and is left as it is', () => {
    expect(codeOf(() => openCheckpointReader(temporaryDir()))).toBe('MR_STATE_MISSING')
  })

  test('whose database is not ours, or damaged, is refused', async () => {
    const foreign = temporaryDir()
    const path = join(foreign, 'checkpoints')
    mkdirSync(path)
    const { open } = await import('lmdb')
    const other = open({ path, noSubdir: false, overlappingSync: false })
    await other.put('a', 1)
    await other.close()
    expect(codeOf(() => openCheckpointStore({ dir: foreign }))).toBe('MR_STATE_INCOMPATIBLE')

    for (const [content, code] of [
      ['garbage', 'MR_STATE_CORRUPT'],
      ['x'.repeat(100_000), 'MR_STATE_CORRUPT'],
    ] as const) {
      writeFileSync(join(path, 'data.mdb'), content)
      expect(codeOf(() => openCheckpointStore({ dir: foreign }))).toBe(code)
      expect(codeOf(() => openCheckpointReader(foreign))).toBe(code)
    }
    rmSync(join(path, 'data.mdb'))
    mkdirSync(join(path, 'data.mdb'))
    expect(codeOf(() => openCheckpointStore({ dir: foreign }))).toBe('MR_STATE_DIR_INVALID')
  })

  test('of another format version is refused', async () => {
    const dir = temporaryDir()
    await openCheckpointStore({ dir }).close()
    const { open } = await import('lmdb')
    const raw = open({ path: join(dir, 'checkpoints'), noSubdir: false, encoding: 'binary', overlappingSync: false })
    raw.putSync(['format'], Buffer.from('{"product":"millrace","formatVersion":2}'))
    await raw.close()
    expect(codeOf(() => openCheckpointStore({ dir }))).toBe('MR_STATE_INCOMPATIBLE')
    expect(codeOf(() => openCheckpointReader(dir))).toBe('MR_STATE_INCOMPATIBLE')
  })
})

describe('damage', () => {
  test('to a chunk is found and named', async () => {
    const dir = temporaryDir()
    const store = openCheckpointStore({ dir })
    await store.commit(head(1), snapshots(1, 50_000))
    await store.close()
    const file = join(dir, 'checkpoints', 'data.mdb')
    const position = readFileSync(file).indexOf(chunk('group-1', 1, 50_000).bytes)
    expect(position).toBeGreaterThan(0)
    writeSync(openSync(file, 'r+'), Buffer.from([255, 0, 255]), 0, 3, position + 20_000)
    const reader = openCheckpointReader(dir)
    const read = () => [...reader.readChunks(reader.latest()!, (ref) => ref.key === 'group-1')]
    expect(read).toThrow(/Chunk "group-1" of actor sum#0 in checkpoint 1 does not match its checksum/)
    expect(codeOf(read)).toBe('MR_STATE_CORRUPT')
    expect([...reader.readChunks(reader.latest()!, (_, actor) => actor.task === 'source')]).toHaveLength(1)
    await reader.close()
  })

  test('by truncation is an error, not the end of the process', async () => {
    for (const keep of [100, 4096, 8192, 12_288, 40_000, 70_000]) {
      const dir = temporaryDir()
      const store = openCheckpointStore({ dir })
      await store.commit(head(1), snapshots(1, 50_000))
      await store.close()
      truncateSync(join(dir, 'checkpoints', 'data.mdb'), keep)
      const script = fileURLToPath(new URL('./open-process.js', import.meta.url))
      const { stdout, signal } = spawnSync(process.execPath, [script, dir], { encoding: 'utf8' })
      expect(signal).toBeNull()
      expect(stdout).toMatch(/^(MR_STATE_CORRUPT|MR_STATE_DIR_INVALID)/)
    }
  })
})
