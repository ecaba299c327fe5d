import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SessionTable } from '../../src/time/session-table.ts'
import { inTier } from '../tier.ts'

const GAP_MS = 200

interface Session {
  readonly key: number
  readonly start: number
  readonly end: number
  readonly n: number
}

/** Sessions in a list, merged by looking at all of them. */
class Sessions {
  #open: Session[] = []

  add(key: number, start: number, end: number, watermark: number): void {
    const touching = this.#open.filter((session) => session.key === key && session.start <= end && session.end >= start)
    if (touching.length === 0 && end - 1 <= watermark) return
    this.#open = this.#open.filter((session) => !touching.includes(session))
    this.#open.push({
      key,
      start: Math.min(start, ...touching.map((session) => session.start)),
      end: Math.max(end, ...touching.map((session) => session.end)),
      n: touching.reduce((sum, { n }) => sum + n, 1),
    })
  }

  takeOver(watermark: number): Session[] {
    const over = this.#open.filter(({ end }) => end - 1 <= watermark)
    this.#open = this.#open.filter(({ end }) => end - 1 > watermark)
    return over
  }
}

const step = fc.oneof(
  { weight: 12, arbitrary: fc.record({ key: fc.nat({ max: 5 }), at: fc.nat({ max: 4_000 }), lasts: fc.nat({ max: 300 }) }) },
  { weight: 2, arbitrary: fc.record({ watermark: fc.nat({ max: 5_000 }) }) },
  { weight: 1, arbitrary: fc.constant('restored' as const) },
)

const texts = (sessions: readonly Session[]): string[] =>
  sessions.map((session) => JSON.stringify(session)).sort((a, b) => (a < b ? -1 : 1))

test('sessions that come and go in any order are those of a list', () => {
  const options = { name: 'sessions', specs: { n: { kind: 'count' } }, gapMs: GAP_MS, mode: 'interpreted' } as const
  const same = fc.property(fc.array(step, { maxLength: 300 }), fc.boolean(), (steps, manyKeys) => {
    let table = new SessionTable(options)
    const list = new Sessions()
    let watermark = -Infinity
    const advance = (to: number): void => {
      watermark = Math.max(watermark, to)
      const over: Session[] = []
      for (let session = table.takeOver(watermark); session !== -1; session = table.takeOver(watermark)) {
        const { key, n } = table.table.resultAt(session) as { key: number; n: number }
        over.push({ key, start: table.startOf(session), end: table.endOf(session), n })
        table.release(session)
      }
      expect(over.map(({ end }) => end)).toEqual(over.map(({ end }) => end).sort((a, b) => a - b))
      expect(texts(over)).toEqual(texts(list.takeOver(watermark)))
    }
    steps.forEach((each, i) => {
      if (each === 'restored') {
        const restored = new SessionTable(options)
        for (const bytes of table.snapshot(8).values()) restored.restore(bytes)
        table = restored
      } else if ('watermark' in each) advance(each.watermark)
      else {
        const { at, lasts } = each
        const key = manyKeys ? each.key + 10 * i : each.key
        table.addRows([key], [at], [at + GAP_MS + lasts], [[1]], 1, watermark)
        list.add(key, at, at + GAP_MS + lasts, watermark)
      }
    })
    advance(Infinity)
  })
  fc.assert(same, { numRuns: inTier(100, 300) })
})

test('keys without a session are forgotten', () => {
  const table = new SessionTable({ name: 'sessions', specs: { n: { kind: 'count' } }, gapMs: GAP_MS })
  for (let i = 0; i < 40; i++) {
    const keys = Int32Array.from({ length: 1_000 }, (_, n) => i * 1_000 + n)
    const starts = keys.map(() => i * 1_000)
    table.addRows(
      keys,
      starts,
      starts.map((start) => start + GAP_MS),
      [new Float64Array(1_000).fill(1)],
      1_000,
      -Infinity,
    )
    const seen = new Set<unknown>()
    for (let session = table.takeOver(i * 1_000 + GAP_MS); session !== -1; session = table.takeOver(i * 1_000 + GAP_MS)) {
      seen.add(table.table.resultAt(session).key)
      table.release(session)
    }
    expect([...seen].sort((a, b) => Number(a) - Number(b))).toEqual([...keys])
  }
  expect(table.keysKnown).toBeLessThan(6_000)
})
