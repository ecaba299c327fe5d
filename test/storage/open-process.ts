/** Run by checkpoint-store.test: opens a damaged directory and reads everything in it. Prints the code of the error, or what it found. */
import { writeSync } from 'node:fs'
import { openCheckpointReader } from '../../src/storage/checkpoint-reader.ts'
import { openCheckpointStore } from '../../src/storage/checkpoint-store.ts'

const dir = process.argv[2]!
try {
  const store = openCheckpointStore({ dir })
  const reader = openCheckpointReader(dir)
  let chunks = 0
  for (const manifest of reader.list()) for (const _ of reader.readChunks(manifest)) chunks++
  writeSync(1, `fine ${store.list().length} ${chunks}\n`)
} catch (error) {
  writeSync(1, `${(error as { code?: string }).code} ${(error as Error).message}\n`)
}
