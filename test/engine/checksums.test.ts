import { test } from 'vitest'
import { expectChecksumOfLoop, QUERIES, ROUTES } from './routes.ts'

// Each route with one query, each query with some routes; test/full has the whole product.
const PAIRS = Object.keys(ROUTES).map((route, i) => ({ route, query: QUERIES[i % QUERIES.length]! }))

test.each(PAIRS)('$query with $route gives the checksum of the plain loop', async ({ query, route }) => {
  await expectChecksumOfLoop(query, route)
})
