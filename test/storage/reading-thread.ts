/**
 * Run by concurrent-readers.test as a thread (until it is told to stop) and as a process (for 20 reads): reads the newest checkpoint again
 * and again, and compares every byte. A checkpoint that was removed between two reads may be reported as missing.
 */
import { writeSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { openCheckpointReader } from '../../src/storage/checkpoint-reader.ts'
import { chunk } from './plain-fixtures.ts'

/** Words: stop, then the reads of each thread. */
const data = workerData as { dir: string; index: number; words: SharedArrayBuffer } | null
const dir = data?.dir ?? process.argv[2]!
const words = data && new Int32Array(data.words)
const reader = openCheckpointReader(dir)
let reads = 0
let lastId = 0
while (words ? Atomics.load(words, 0) === 0 : reads < 20) {
  const manifest = reader.latest()
  if (!manifest || manifest.id < lastId) throw new Error(`newest checkpoint ${manifest?.id} after ${lastId}`)
  lastId = manifest.id
  try {
    for (const { key, bytes } of reader.readChunks(manifest)) {
      if (Buffer.compare(bytes, chunk(key, manifest.id, bytes.length).bytes) !== 0) throw new Error(`wrong bytes in ${manifest.id}`)
    }
    reads++
    if (words) Atomics.add(words, data.index, 1)
  } catch (error) {
    if ((error as { code?: string }).code !== 'MR_CHECKPOINT_GONE') throw error
  }
}
if (parentPort) parentPort.postMessage('done')
else writeSync(1, 'done')
await reader.close()
