import { expect, test } from 'vitest'
import { measure, slopeMbPerMinute } from '../../engine/measure.ts'
import type { MemoryOverTime } from '../../engine/measure.ts'

const SECONDS = 80

test('with a sink that is far slower than its source memory does not grow over 80 s', async () => {
  const { samples, records } = await measure<MemoryOverTime>('slow-sink', SECONDS)
  const warm = samples.filter(({ second }) => second > 15)
  const slope = slopeMbPerMinute(warm)
  console.log(
    `slow sink: ${records} records, ${warm[0]!.rssMb.toFixed(0)} MB to ${warm.at(-1)!.rssMb.toFixed(0)} MB, slope ${slope.toFixed(2)} MB a minute`,
  )
  expect(slope).toBeLessThan(10)
})
