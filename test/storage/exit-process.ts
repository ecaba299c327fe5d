/**
 * Run by process-exit.test: commits checkpoint after checkpoint and calls process.exit at some instant, unless it is killed. First it
 * reads back what an earlier process has left. Prints lines: `opened FIRST_ID FOUND_ID CHUNKS`, `committed ID` ..., `quiet BOOLEAN`.
 */
import { writeSync } from 'node:fs'
import { openCheckpointReader } from '../../src/storage/checkpoint-reader.ts'
import { awaitStorageQuiet } from '../../src/storage/handshake.ts'
import { chunk, head } from './plain-fixtures.ts'
import { named, StorageClient, store } from './storage-client.ts'

const [dir, exitAfterMs] = [process.argv[2]!, Number(process.argv[3])]
const client = new StorageClient(dir)
const { firstId } = await client.next('opened')
const reader = openCheckpointReader(dir)
const found = reader.latest()
const readBack = found ? [...reader.readChunks(found)].length : 0
writeSync(1, `opened ${firstId} ${found?.id ?? 0} ${readBack}\n`)

process.on('exit', () => writeSync(1, `quiet ${awaitStorageQuiet(client.handshake, 5000)}\n`))
client.tell({ type: 'attempt', attempt: 1 })
const port = client.addWorker(0)
for (let id = firstId; ; id++) {
  store(port, id, 1, 'sum#0', [chunk('a', id, 300_000), chunk('b', id, 700_000)])
  await client.next('stored')
  client.commit(head(id), 1, named('sum#0'))
  // The clock starts with the first commit, so that every instant of one can be met.
  if (id === firstId && exitAfterMs >= 0) setTimeout(() => process.exit(7), exitAfterMs)
  writeSync(1, `committed ${(await client.next('committed')).manifest.id}\n`)
}
