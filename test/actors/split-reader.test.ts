import { expect, test } from 'vitest'
import { SplitReader } from '../../actors/split-reader.ts'
import { READ_AHEAD_BATCHES_MAX } from '../../src/limits.ts'

const loopTurn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 2))

test('records that trickle in while nobody polls all come out, also when none follows', async () => {
  const count = READ_AHEAD_BATCHES_MAX + 3
  async function* trickle(): AsyncGenerator<number> {
    for (let n = 0; n < count; n++) {
      await loopTurn()
      yield n
    }
    await new Promise(() => {})
  }
  const reader = new SplitReader(trickle, 100, () => {})
  const seen: unknown[] = []
  const take = (records: unknown[]): void => void seen.push(...records)
  expect(reader.poll(take)).toBe('waiting')
  for (let turn = 0; turn < 3 * count; turn++) await loopTurn()
  for (; seen.length < count; await loopTurn()) while (reader.poll(take) === 'more');
  expect(seen).toEqual(Array.from({ length: count }, (_, n) => n))
  expect(reader.position).toBe(count)
  reader.close()
})
