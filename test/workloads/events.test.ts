import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BASE_MS, makeEvent, timeOf } from '../../bench/workloads/events.ts'
import type { AuctionEvent } from '../../bench/workloads/events.ts'
import { fmix32 } from '../../bench/workloads/hash.ts'
import { makeKeyed } from '../../bench/workloads/keyed.ts'
import { COUNT_MAX, SEED_MAX, SEED_STRIDE_EVENTS, spanOf } from '../../bench/workloads/span.ts'
import { makeLine } from '../../bench/workloads/text.ts'

const eventNumber = fc.integer({ min: 0, max: SEED_MAX * SEED_STRIDE_EVENTS + COUNT_MAX })

/** The statement in test/workloads.md in exact arithmetic: slow, with another way of wrapping to 32 bits. */
function exactDraw(n: number, field: number): number {
  const u32 = (x: bigint): bigint => BigInt.asUintN(32, x)
  let x = u32(BigInt(n) * 0x9e3779b1n + BigInt(field) * 0x7feb352dn + 0x1b873593n)
  x = u32((x ^ (x >> 16n)) * 0x85ebca6bn)
  x = u32((x ^ (x >> 13n)) * 0xc2b2ae35n)
  return Number(x ^ (x >> 16n))
}

function exactPrice(n: number, field: number): number {
  const bits = exactDraw(n, field)
  return 100 + Math.floor(bits / 2 ** (8 + (bits % 16)))
}

function exactEvent(n: number): AuctionEvent {
  const h = (field: number): number => exactDraw(n, field)
  const epoch = Math.floor(n / 50)
  const k = n % 50
  const ts = BASE_MS + Math.floor(n / 10)
  const hot = (last: number): number => 1000 + Math.floor(last / 100) * 100
  const near = (last: number, back: number): number => 1000 + Math.max(0, last - back)
  if (k === 0) {
    const first = 'Peter Paul Luke John Saul Vicky Kate Julie'.split(' ')[h(1) % 8]
    const last = 'Shultz Abrams Spencer White Bartels Walton Smith Jones'.split(' ')[h(2) % 8]
    const city = 'Phoenix Palo_Alto Boise Portland Bend Redmond Seattle Kent'.split(' ')[h(3) % 8]!
    const state = 'AZ CA ID OR WA WY'.split(' ')[h(4) % 6]!
    return { kind: 'person', id: 1000 + epoch, name: `${first} ${last}`, email: `p${1000 + epoch}@example.com`, city, state, ts }
  }
  if (k <= 3) {
    const initialBid = exactPrice(n, 4)
    return {
      kind: 'auction',
      id: 1000 + epoch * 3 + k - 1,
      seller: h(1) % 4 !== 0 ? hot(epoch) : near(epoch, h(2) % 1000),
      category: 10 + (h(3) % 5),
      initialBid,
      reserve: initialBid + exactPrice(n, 5),
      expires: ts + 1 + (h(6) % 20000),
      itemName: `item-${h(7) % 10000}`,
      ts,
    }
  }
  const channel = 'Google Facebook Baidu Apple'.split(' ')[h(6) % 4]!
  return {
    kind: 'bid',
    auction: h(1) % 2 !== 0 ? hot(epoch * 3 + 2) : near(epoch * 3 + 2, h(2) % 100),
    bidder: h(3) % 4 !== 0 ? hot(epoch) : near(epoch, h(4) % 1000),
    price: exactPrice(n, 5),
    channel,
    url: `https://www.nexmark.com/${channel}/item.htm?query=1&id=${h(7) % 1000}`,
    ts,
  }
}

describe('generators follow the statement', () => {
  test('every event, field by field', () => {
    const followsStatement = fc.property(eventNumber, (n) => {
      expect(makeEvent(n)).toStrictEqual(exactEvent(n))
    })
    fc.assert(followsStatement, { numRuns: 2_000 })
  })

  test('all of the first 5,000 events', () => {
    for (let n = 0; n < 5_000; n++) expect(makeEvent(n)).toStrictEqual(exactEvent(n))
  })

  test('keyed records', () => {
    fc.assert(
      fc.property(eventNumber, (n) => {
        expect(makeKeyed(n)).toStrictEqual({ key: exactDraw(n, 30) % 10000, value: exactDraw(n, 31) % 1000, ts: timeOf(n) })
      }),
    )
  })

  test('lines of ten words, also where word numbers pass 2^32', () => {
    fc.assert(
      fc.property(eventNumber, (n) => {
        const words = Array.from({ length: 10 }, (_, j) => n * 10 + j).map(
          (m) => 'w' + (exactDraw(m, 20) % (1 + (exactDraw(m, 21) % 50000))).toString(36),
        )
        expect(makeLine(n)).toBe(words.join(' '))
      }),
    )
  })

  test('the finalizer takes int32 and uint32 alike', () => {
    fc.assert(fc.property(fc.integer(), (x) => fmix32(x) === fmix32(x >>> 0)))
  })
})

describe('a seed shifts the stream', () => {
  test('by whole epochs, milliseconds and source blocks', () => {
    for (const unit of [50, 10, 1024]) expect(SEED_STRIDE_EVENTS % unit).toBe(0)
    expect(spanOf(3, 7)).toEqual({ first: 3 * SEED_STRIDE_EVENTS, count: 7 })
  })

  test('and stays below 2^31 at its limits', () => {
    const { first, count } = spanOf(SEED_MAX, COUNT_MAX)
    expect(first + count).toBeLessThan(2 ** 31)
  })

  test.each([
    [-1, 10],
    [1.5, 10],
    [SEED_MAX + 1, 10],
    [0, -1],
    [0, COUNT_MAX + 1],
    [Number.NaN, 10],
  ])('seed %d with count %d is refused', (seed, count) => {
    expect(() => spanOf(seed, count)).toThrow(RangeError)
  })
})
