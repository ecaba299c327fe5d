import { expect, test } from 'vitest'
import { SplitReader } from '../../actors/split-reader.ts'
import { READ_AHEAD_BATCHES_MAX, SKIPPED_RECORDS_PER_STEP_MAX } from '../../src/limits.ts'

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

/** Keeps the microtasks of a turn out of the way: what a reader waits for comes when a test says so. */
function byHand(): { readonly give: (value: number) => void; readonly open: () => AsyncIterable<number> } {
  let give: (step: IteratorResult<number>) => void = () => {}
  const next = (): Promise<IteratorResult<number>> => new Promise((resolve) => (give = resolve))
  return { give: (value) => give({ done: false, value }), open: () => ({ [Symbol.asyncIterator]: () => ({ next }) }) }
}

test('a record that comes in the same turn in which there is room again: reading goes on', async () => {
  const { give, open } = byHand()
  const reader = new SplitReader(open, 2, () => {})
  const seen: unknown[] = []
  const take = (records: unknown[]): void => void seen.push(...records)
  const last = READ_AHEAD_BATCHES_MAX + 2
  reader.poll(take)
  for (let n = 0; n <= READ_AHEAD_BATCHES_MAX; n++, await loopTurn()) give(n)
  give(last - 1)
  reader.poll(take)
  await loopTurn()
  while (reader.poll(take) === 'more') await loopTurn()
  give(last)
  await loopTurn()
  while (reader.poll(take) === 'more');
  expect(seen).toEqual(Array.from({ length: last + 1 }, (_, n) => n))
  reader.close()
})

test.each(['at once', 'later'])(
  'records that were processed are passed over in steps (%s), so that the worker answers in between',
  async (when) => {
    const processed = 3 * SKIPPED_RECORDS_PER_STEP_MAX + 5
    let read = 0
    function* numbers(): Generator<number> {
      for (; read < processed + 10; read++) yield read
    }
    async function* later(): AsyncGenerator<number> {
      yield* numbers()
    }
    const reader = new SplitReader(when === 'later' ? later : numbers, 100, () => {})
    reader.startAt(processed, processed)
    const seen: unknown[] = []
    let longest = 0
    for (let before = 0; seen.length < 10; before = read, await new Promise((resolve) => setImmediate(resolve))) {
      reader.poll((records) => seen.push(...records))
      longest = Math.max(longest, read - before)
    }
    expect(longest).toBeLessThan(2 * SKIPPED_RECORDS_PER_STEP_MAX)
    expect(seen).toEqual(Array.from({ length: 10 }, (_, n) => processed + n))
    expect(reader.position).toBe(processed + 10)
    reader.close()
  },
)
