import { statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { CHECKPOINT_STAGED_FROM_BYTES } from '../../../src/limits.ts'
import { StoredChunks } from '../../../src/worker/stored-chunks.ts'
import { chunk, head, temporaryDir } from '../../storage/fixtures.ts'
import { named, StorageClient, store } from '../../storage/storage-client.ts'

const MIB = 1024 * 1024

/** Chunks of a checkpoint that need more memory than the storage thread takes for one: it writes them before their commit. */
const large = (id: number) =>
  Array.from({ length: Math.ceil(CHECKPOINT_STAGED_FROM_BYTES / (8 * MIB)) + 2 }, (_, i) => chunk(`k${i}`, id, 8 * MIB))

test(
  'a checkpoint that is larger than the memory for it is read back whole; one that is given up leaves room, one that was under way at the end is forgotten',
  { timeout: 120_000 },
  async () => {
    const dir = temporaryDir()
    const client = new StorageClient(dir)
    const { firstId } = await client.next('opened')
    client.tell({ type: 'attempt', attempt: 1 })
    const port = client.addWorker(0)
    const keep = async (id: number, last: boolean): Promise<void> => {
      const chunks = large(id)
      for (const [i, each] of chunks.entries()) store(port, id, 1, 'sum#0', [each], last && i === chunks.length - 1)
      if (last) await client.next('stored')
    }
    await keep(firstId, true)
    client.commit(head(firstId), 1, named('sum#0'))
    const { manifest, bytes } = await client.next('committed')
    expect(bytes).toBe(large(firstId).length * 8 * MIB)
    const read = await new StoredChunks(port).read(manifest, () => true)
    expect(read.map(({ key, bytes: own }) => `${key} ${Buffer.compare(own, chunk(key, firstId, 8 * MIB).bytes)}`)).toEqual(
      large(firstId).map(({ key }) => `${key} 0`),
    )
    // Some commits later, pages of what was given up are used again: the file does not grow with each.
    const sizes: number[] = []
    for (const id of [1, 2, 3, 4, 5].map((more) => firstId + more)) {
      await keep(id, true)
      client.tell({ type: 'abort', attempt: 1, checkpoint: id })
      await client.roundTrip()
      sizes.push(statSync(join(dir, 'checkpoints', 'data.mdb')).size)
    }
    expect(sizes[4]! - sizes[1]!).toBeLessThan(CHECKPOINT_STAGED_FROM_BYTES)
    await keep(firstId + 6, false)
    await client.roundTrip()
    expect(await client.close()).toBe(0)
    const next = new StorageClient(dir)
    const { firstId: nextId, checkpoints } = await next.next('opened')
    expect(checkpoints.map(({ id }) => id)).toEqual([firstId])
    expect(nextId).toBeGreaterThan(firstId + 6)
    expect(await new StoredChunks(next.addWorker(0)).read(manifest, () => true)).toHaveLength(large(firstId).length)
    expect(await next.close()).toBe(0)
  },
)
