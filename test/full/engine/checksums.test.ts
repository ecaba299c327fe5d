import { describe, test } from 'vitest'
import { expectChecksumOfLoop, QUERIES, ROUTES } from '../../engine/routes.ts'

describe.each(QUERIES)('%s gives the checksum of the plain loop', (query) => {
  test.each(Object.keys(ROUTES))('with %s', async (route) => {
    await expectChecksumOfLoop(query, route)
  })
})
