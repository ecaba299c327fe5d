/**
 * Run by concurrent-readers.test as a thread (until it is told to stop) and as a process (for three seconds): reads the newest
 * checkpoint again and again, and compares every byte. A checkpoint that was removed between two reads may be reported as missing.
 */
import { writeSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { openCheckpointReader } from '../../src/storage/checkpoint-reader.ts'
import { chunk } from './plain-fixtures.ts'

const data = workerData as { dir: string; stop: SharedArrayBuffer } | null
const dir = data?.dir ?? process.argv[2]!
const stop = data && new Int32Array(data.stop)
const untilMs = performance.now() + 3000
const reader = openCheckpointReader(dir)
let reads = 0
let lastId = 0
while (stop ? Atomics.load(stop, 0) === 0 : performance.now() < untilMs) {
  const manifest = reader.latest()
  if (!manifest || manifest.id < lastId) throw new Error(`newest checkpoint ${manifest?.id} after ${lastId}`)
  lastId = manifest.id
  try {
    for (const { key, bytes } of reader.readChunks(manifest)) {
      if (Buffer.compare(bytes, chunk(key, manifest.id, bytes.length).bytes) !== 0) throw new Error(`wrong bytes in ${manifest.id}`)
    }
    reads++
  } catch (error) {
    if (!(error as Error).message.endsWith('is missing.')) throw error
  }
}
if (parentPort) parentPort.postMessage({ reads })
else writeSync(1, JSON.stringify({ reads }))
await reader.close()
