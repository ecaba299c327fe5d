import { test } from 'vitest'
import { expectExactAfterExits, expectExactAfterKills, expectExactAfterEarlyKills } from '../../engine/process-ends.ts'

test('kill -9 at 30 random instants, and again until it has finished: results and files are exact', async () => {
  await expectExactAfterKills(30, 400_000)
})

test('process.exit in the app at 40 random instants: no hang, the right code, and the state directory opens again', async () => {
  await expectExactAfterExits(40, 200_000)
})

test('kill -9 while it starts, 20 times: the next launch begins as if nothing had been', async () => {
  await expectExactAfterEarlyKills(20, 20_000)
})
