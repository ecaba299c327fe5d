import { test } from 'vitest'
import { expectChecksumOfLoop, QUERIES, ROUTES } from './routes.ts'

// Each route with two queries, each query with several routes; test/full has the whole product.
const PAIRS = Object.keys(ROUTES).flatMap((route, i) => [
  { route, query: QUERIES[i % QUERIES.length]! },
  { route, query: QUERIES[(i + 1 + Math.floor(i / 6)) % QUERIES.length]! },
])

test.each(PAIRS)('$query with $route gives the checksum of the plain loop', async ({ query, route }) => {
  await expectChecksumOfLoop(query, route)
})
