import { test } from 'vitest'
import { expectExactAfterExits, expectExactAfterKills, expectExactAfterEarlyKills } from './process-ends.ts'

// A few of each; test/full has more.

test('kill -9 at random instants, and again until it has finished: results and files are exact', async () => {
  await expectExactAfterKills(1, 60_000)
})

test('process.exit in the app at random instants: no hang, the right code, and the state directory opens again', async () => {
  await expectExactAfterExits(2, 60_000)
})

test('kill -9 while it starts: the next launch begins as if nothing had been', async () => {
  await expectExactAfterEarlyKills(1, 20_000)
})
