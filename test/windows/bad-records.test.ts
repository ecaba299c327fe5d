import { expect, test } from 'vitest'
import { defineJob, trigger, window } from '../../src/index.ts'
import type { Aggregator } from '../../src/index.ts'
import { runToEnd } from '../../src/testing/index.ts'

interface Order {
  readonly id: number
  readonly at: number
}

/** Changes its accumulator, then throws on every fifth order. */
const spoiling: Aggregator<Order, { ids: number[] }, number[]> = {
  create: () => ({ ids: [] }),
  add: (acc, { id }) => {
    acc.ids.push(id)
    if (id % 5 === 0) throw new Error('a bad order')
    return acc
  },
  merge: (a, b) => ({ ids: [...a.ids, ...b.ids] }),
  result: ({ ids }) => [...ids],
}

const job = defineJob(import.meta, {
  build: ({ source }) => {
    const orders = source.generate('orders', { count: 60, splits: 1, make: (id): Order => ({ id, at: id }), eventTime: ({ at }) => at })
    const windows = orders.windowAll(window.sliding({ sizeMs: 20, slideMs: 10 }), { trigger: trigger.eventTime() })
    const sessions = orders.windowAll(window.session({ gapMs: 2 }), { trigger: trigger.count(48) })
    return {
      sliding: windows.aggregate((a) => ({ ids: a.custom(spoiling) }), { onError: 'skip' }),
      session: sessions.aggregate((a) => ({ ids: a.custom(spoiling) }), { onError: 'skip' }),
      pairs: orders.windowAll(window.count(2)).process<number[]>(
        (records, _, emit) => {
          emit(records.map(({ id }) => id))
          if (records[1]!.id % 5 === 0) throw new Error('a bad pair')
        },
        { onError: 'skip' },
      ),
    }
  },
})

test('a bad record is undone in all of its windows, and windows that became one are two again', async () => {
  const { sliding, session, pairs } = await runToEnd(job, {}, { workers: 1, seed: 1 })
  const good = Array.from({ length: 60 }, (_, id) => id).filter((id) => id % 5 !== 0)
  for (const { windowStart, windowEnd, ids } of sliding) expect(ids).toEqual(good.filter((id) => id >= windowStart && id < windowEnd))
  expect(sliding).toHaveLength(7)
  // Bad orders do not keep a session going, and gaps of two still touch.
  expect(session).toEqual([{ windowStart: 1, windowEnd: 61, ids: good }])
  // The record that completes a pair is at fault for the pair; what came before it waits for the next.
  const told = pairs.flat()
  expect(new Set(told).size).toBe(told.length)
  expect(pairs.every(([, second]) => second! % 5 !== 0)).toBe(true)
})
