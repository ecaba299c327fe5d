import { existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { sealChunk } from '../../src/checkpoint/chunk.ts'
import { CHUNK_COPY_BYTES_MAX } from '../../src/limits.ts'
import { openCheckpointReader } from '../../src/storage/checkpoint-reader.ts'
import { StoredChunks } from '../../src/worker/stored-chunks.ts'
import { FINAL, sendStore } from '../../src/storage/protocol.ts'
import { chunk, head, temporaryDir } from './fixtures.ts'
import { named, StorageClient, store } from './storage-client.ts'

async function started(dir = temporaryDir()) {
  const client = new StorageClient(dir)
  const opened = await client.next('opened')
  client.tell({ type: 'attempt', attempt: 1 })
  return { dir, client, opened, id: opened.firstId }
}

const keysIn = (dir: string) => {
  const reader = openCheckpointReader(dir)
  const read = [...reader.readChunks(reader.latest()!)].map(({ task, index, key }) => `${task}#${index}/${key}`)
  return reader.close().then(() => read)
}

describe('the storage thread', () => {
  test('takes chunks from several workers, commits them on order, and a reader of another thread sees them', async () => {
    const { dir, client, opened, id } = await started()
    expect(opened).toMatchObject({ firstId: 1, checkpoints: [] })
    const ports = [client.addWorker(0), client.addWorker(1)]
    store(ports[0]!, id, 1, 'source#0', [chunk('position', id)])
    store(ports[1]!, id, 1, 'sum#0', [chunk('a', id), chunk('b', id)], false)
    store(ports[1]!, id, 1, 'sum#0', [chunk('c', id)])
    const stored = [await client.next('stored'), await client.next('stored')]
    expect(stored.map(({ task, bytes }) => `${task} ${bytes}`).sort()).toEqual(['source 64', 'sum 192'])
    client.commit(head(id), 1, named('source#0', 'sum#0'))
    expect(await client.next('committed')).toMatchObject({ attempt: 1, manifest: { id }, bytes: 256 })
    expect(await keysIn(dir)).toEqual(['source#0/position', 'sum#0/a', 'sum#0/b', 'sum#0/c'])
    expect(await client.close()).toBe(0)
  })

  test('gives workers the chunks of a complete checkpoint that they ask for, or says why it cannot', async () => {
    const { client, id } = await started()
    const port = client.addWorker(0)
    store(port, id, 1, 'sum#0', [chunk('a', id), chunk('b', id)])
    await client.next('stored')
    client.commit(head(id), 1, named('sum#0'))
    const { manifest } = await client.next('committed')
    const stored = new StoredChunks(port)
    expect(await stored.read(manifest, (key) => key === 'b')).toEqual([{ key: 'b', bytes: new Uint8Array(chunk('b', id).bytes) }])
    expect(await stored.read(manifest, () => false)).toEqual([])
    const gone = { ...manifest, id: id + 7 }
    await expect(stored.read(gone, () => true)).rejects.toMatchObject({
      code: 'MR_STATE_CORRUPT',
      message: expect.stringContaining(`${id + 7}`),
    })
    await client.close()
    await expect(stored.read(manifest, () => true)).rejects.toMatchObject({ code: 'MR_STORAGE_LOST' })
  })

  test('does not mind a worker that goes while it is being answered', async () => {
    const { client, id } = await started()
    const ports = [client.addWorker(0), client.addWorker(1)]
    store(ports[0]!, id, 1, 'sum#0', [chunk('a', id, 1_000_000)])
    await client.next('stored')
    client.commit(head(id), 1, named('sum#0'))
    const { manifest } = await client.next('committed')
    const asked = new StoredChunks(ports[0]!).read(manifest, () => true)
    ports[0]!.close()
    await expect(asked).rejects.toMatchObject({ code: 'MR_STORAGE_LOST' })
    expect(await new StoredChunks(ports[1]!).read(manifest, () => true)).toHaveLength(1)
    expect(await client.close()).toBe(0)
  })

  test('goes on where an earlier one has ended', async () => {
    const { dir, client, id } = await started()
    client.commit(head(id), 1, named('sink#0!'))
    await client.next('committed')
    await client.close()
    const next = await started(dir)
    expect(next.opened.checkpoints.map((manifest) => manifest.id)).toEqual([id])
    expect(next.id).toBeGreaterThan(id)
    await next.client.close()
  })

  test('drops chunks of an older attempt, also those that came before the attempt ended', async () => {
    const { client, id } = await started()
    const port = client.addWorker(0)
    store(port, id, 1, 'sum#0', [chunk('a', id)])
    await client.next('stored')
    client.tell({ type: 'attempt', attempt: 2 })
    await client.roundTrip()
    store(port, id, 1, 'sum#0', [chunk('a', id)])
    store(port, id, 2, 'sum#1', [chunk('a', id)])
    expect(await client.next('stored')).toMatchObject({ index: 1, attempt: 2 })
    client.commit(head(id), 1, named('sum#0'))
    expect((await client.next('commit-failed')).failure.message).toContain('attempt 1')
    await client.close()
  })

  test('drops a checkpoint that was given up, and what comes late for it', async () => {
    const { dir, client, id } = await started()
    const port = client.addWorker(0)
    store(port, id, 1, 'sum#0', [chunk('a', id)])
    await client.next('stored')
    client.tell({ type: 'abort', attempt: 1, checkpoint: id })
    await client.roundTrip()
    store(port, id, 1, 'sum#1', [chunk('a', id)])
    store(port, id + 1, 1, 'sum#0', [chunk('late', id)])
    expect(await client.next('stored')).toMatchObject({ index: 0, checkpoint: id + 1 })
    client.commit(head(id), 1, named('sum#0'))
    await client.next('commit-failed')
    client.commit(head(id + 1), 1, named('sum#0'))
    await client.next('committed')
    expect(await keysIn(dir)).toEqual(['sum#0/late'])
    await client.close()
  })

  test('does not commit without the whole snapshot of every actor that has not ended', async () => {
    const { dir, client, id } = await started()
    const port = client.addWorker(0)
    store(port, id, 1, 'sum#0', [chunk('a', id)])
    store(port, id, 1, 'sum#1', [chunk('a', id)], false)
    await client.next('stored')
    client.commit(head(id), 1, named('sum#0', 'sum#1', 'sink#0!'))
    expect((await client.next('commit-failed')).failure).toMatchObject({ code: 'MR_CHECKPOINT_FAILED', kind: 'storage' })
    const reader = openCheckpointReader(dir)
    expect(reader.list()).toEqual([])
    await reader.close()
    await client.close()
  })

  test('puts the last chunks of an ended actor into every later checkpoint', async () => {
    const { dir, client, id } = await started()
    const port = client.addWorker(0)
    store(port, FINAL, 1, 'sink#0', [chunk('written', 0)])
    expect(await client.next('stored')).toMatchObject({ checkpoint: FINAL, task: 'sink' })
    for (const next of [id, id + 1]) {
      store(port, next, 1, 'sum#0', [])
      await client.next('stored')
      client.commit(head(next), 1, named('sum#0', 'sink#0!', 'other#0!'))
      await client.next('committed')
      expect(await keysIn(dir)).toEqual(['sink#0/written'])
    }
    await client.close()
  })

  test('keeps serving when a worker has gone and another took its place', async () => {
    const { client, id } = await started()
    const first = client.addWorker(0)
    store(first, id, 1, 'sum#0', [chunk('a', id)])
    await client.next('stored')
    first.close()
    const second = client.addWorker(0)
    store(second, id, 1, 'sum#1', [chunk('a', id)])
    await client.next('stored')
    client.commit(head(id), 1, named('sum#0', 'sum#1'))
    expect(await client.next('committed')).toMatchObject({ type: 'committed' })
    await client.close()
  })

  test('refuses a directory that it cannot use, and ends', async () => {
    const dir = temporaryDir()
    const holder = await started(dir)
    const second = new StorageClient(dir)
    const { failure } = await second.next('open-failed')
    expect(failure).toMatchObject({ code: 'MR_STATE_DIR_LOCKED', kind: 'storage' })
    expect(failure.message).toContain(`process ${process.pid}`)
    expect(await second.ended).toBe(0)
    await holder.client.close()
    const third = await started(dir)
    await third.client.close()
  })

  test('ends by itself when control is gone, and leaves the directory free', async () => {
    const { dir, client } = await started()
    client.loseControl()
    expect(await client.ended).toBe(0)
    const next = await started(dir)
    await next.client.close()
    expect(existsSync(dir)).toBe(true)
  })
})

describe('handing over chunks', () => {
  test('gives no buffer of a snapshot away: whoever stores keeps what it has compiled with typed arrays', async () => {
    const { client, id, dir } = await started()
    const port = client.addWorker(0)
    const large = CHUNK_COPY_BYTES_MAX
    const own = new Uint8Array(large).fill(1)
    const small = new Uint8Array(100).fill(5)
    const shared = new Uint8Array(new SharedArrayBuffer(large)).fill(2)
    const pooled = Buffer.from('pooled')
    const part = new Uint8Array(2 * large).fill(4).subarray(10, 10 + large)
    const sent = { own, small, shared, pooled, part }
    const expected = Object.values(sent).map((bytes) => Buffer.from(bytes))
    const chunks = Object.entries(sent).map(([key, bytes]) => sealChunk(key, bytes))
    sendStore(port, { type: 'store', attempt: 1, checkpoint: id, task: 't', index: 0, chunks, last: true })
    expect(Object.values(sent).map(({ byteLength }) => byteLength)).toEqual([large, 100, large, 6, large])
    await client.next('stored')
    client.commit(head(id), 1, named('t#0'))
    await client.next('committed')
    await client.close()
    const reader = openCheckpointReader(dir)
    expect([...reader.readChunks(reader.latest()!)].map(({ bytes }) => Buffer.from(bytes))).toEqual(expected)
    await reader.close()
  })
})
