import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { orderByTime } from '../../examples/flights/order.ts'

interface Timed {
  readonly at: number
  readonly id: number
}

interface Item {
  readonly bound: number
  readonly records: readonly Timed[]
}

const ordered = (items: Iterable<Item>): Generator<Timed> =>
  orderByTime(
    items,
    (item) => item.bound,
    (item) => item.records,
  )

/** Items with rising bounds and records at up to 50 after them. */
const itemLists = fc.array(fc.tuple(fc.nat(10), fc.array(fc.nat(50), { maxLength: 5 })), { maxLength: 40 }).map((steps) => {
  let bound = 0
  let id = 0
  return steps.map(([step, delays]): Item => {
    bound += step
    return { bound, records: delays.map((delay) => ({ at: bound + delay, id: id++ })) }
  })
})

describe('orderByTime', () => {
  test('gives what a stable sort of everything gives', () => {
    const everything = (items: readonly Item[]) => items.flatMap((item) => item.records).sort((a, b) => a.at - b.at || a.id - b.id)
    fc.assert(
      fc.property(itemLists, (items) => {
        expect([...ordered(items)]).toEqual(everything(items))
      }),
    )
  })

  test('gives a record as soon as no earlier one can come', () => {
    let read = 0
    function* endless(): Generator<Item> {
      for (;;) yield { bound: read, records: [{ at: read + 3, id: read++ }] }
    }
    const records = ordered(endless())
    expect(records.next().value).toEqual({ at: 3, id: 0 })
    expect(read).toBe(5)
  })

  test('refuses what would come out of order', () => {
    const record = { at: 5, id: 0 }
    expect(() => [
      ...ordered([
        { bound: 2, records: [] },
        { bound: 1, records: [] },
      ]),
    ]).toThrow('a bound of 1 after 2')
    expect(() => [...ordered([{ bound: 6, records: [record] }])]).toThrow("a record at 5 is earlier than its item's bound 6")
  })
})
