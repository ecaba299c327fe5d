import { test } from 'vitest'
import { expectChecksumOfLoop, QUERIES } from './routes.ts'

// Each query by one route, among them every kind of transport; test/full has the whole product.
const SOME_ROUTES = [
  '1 worker',
  '3 workers',
  'batches of 1',
  'no chaining',
  'rings only on 1 worker',
  'rings of 4 KiB, so that batches are fragments',
  'mailboxes of 1 KiB, so that batches are fragments',
  'tiny rings and mailboxes, large batches',
  'interpreted codec, frozen records, no chaining',
  'records that are not frozen',
  'a checkpoint every 10 ms',
  'one key group per worker',
]
const PAIRS = SOME_ROUTES.map((route, i) => ({ route, query: QUERIES[i]! }))

test.each(PAIRS)('$query with $route gives the checksum of the plain loop', async ({ query, route }) => {
  await expectChecksumOfLoop(query, route)
})
