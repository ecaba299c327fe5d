import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { chunk, head, temporaryDir } from './fixtures.ts'
import { named, StorageClient, store } from './storage-client.ts'

const SCRIPT = new URL('./reading-thread.js', import.meta.url)

test('threads and processes read complete checkpoints, checksums and all, while the file grows and old ones are removed', async () => {
  const dir = temporaryDir()
  const client = new StorageClient(dir, 3)
  const { firstId } = await client.next('opened')
  client.tell({ type: 'attempt', attempt: 1 })
  const port = client.addWorker(0)
  const commit = async (id: number, length: number) => {
    store(port, id, 1, 'sum#0', [chunk('a', id, length), chunk('b', id, 100)])
    await client.next('stored')
    client.commit(head(id), 1, named('sum#0'))
    await client.next('committed')
  }
  await commit(firstId, 1000)

  const words = new SharedArrayBuffer(12)
  const counts = new Int32Array(words)
  const threads = [1, 2].map((index) => new Worker(SCRIPT, { workerData: { dir, index, words } }))
  const said = threads.map((thread) => new Promise<string>((resolve, reject) => thread.once('message', resolve).once('error', reject)))
  const child = spawn(process.execPath, [fileURLToPath(SCRIPT), dir], { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part))
  const childEnded = new Promise<number | null>((resolve) => child.once('close', resolve))

  let id = firstId
  for (let length = 1000; id < firstId + 30 || child.exitCode === null || Math.min(counts[1]!, counts[2]!) < 20; length *= 1.3) {
    if (length > 4_000_000) length = 1000
    await commit(++id, Math.floor(length))
  }
  Atomics.store(counts, 0, 1)
  expect(await Promise.all(said)).toEqual(['done', 'done'])
  expect(await childEnded).toBe(0)
  expect(text).toBe('done')
  await client.close()
})
