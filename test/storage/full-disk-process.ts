/** Run by checkpoint-store.test: commits under a file size limit of 4 MiB. */
import type { MillraceError } from '../../src/errors.ts'
import { openCheckpointReader } from '../../src/storage/checkpoint-reader.ts'
import { openCheckpointStore } from '../../src/storage/checkpoint-store.ts'
import { head, snapshots } from './plain-fixtures.ts'

const dir = process.argv[2]!
let store = openCheckpointStore({ dir })
await store.commit(head(1), snapshots(1, 300_000))
let failure: unknown
try {
  await store.commit(head(40), snapshots(40, 5_000_000))
} catch (error) {
  failure = error
}
const ids = () => store.list().map(({ id }) => id)
const afterFailure = ids()
const reader = openCheckpointReader(dir)
const read = [...reader.readChunks(reader.latest()!)]
store.retire(40)
await reader.close()
await store.close()
store = openCheckpointStore({ dir })
const nextIdIsNew = store.firstId > 40
await store.commit(head(90), snapshots(90, 300_000))
const afterSuccess = ids()
await store.close()
const again = openCheckpointStore({ dir })
const reopened = again.list().map(({ id }) => id)
await again.close()
const { code, cause } = failure as MillraceError
console.log(
  JSON.stringify({
    failed: code,
    hasCause: cause !== undefined,
    afterFailure,
    intact: read.length === 3,
    nextIdIsNew,
    afterSuccess,
    reopened,
  }),
)
