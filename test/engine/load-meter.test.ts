import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LOAD_SAMPLE_MS } from '../../src/limits.ts'
import { LoadMeter } from '../../src/worker/load-meter.ts'
import { inTier } from '../tier.ts'

/** What one actor does for so many ms, one thing after the other. */
const acts = fc.array(fc.record({ doing: fc.constantFrom('works', 'waits', 'idles'), ms: fc.integer({ min: 1, max: 400 }) }), {
  maxLength: 40,
})

test('busy and blocked time add up at any moment, the wait that still goes on included, and shares are those since a moment in the last second', () => {
  const check = fc.property(acts, fc.integer({ min: 0, max: 300 }), (list, asked) => {
    const meter = new LoadMeter(2, 0)
    const spans: { readonly doing: string; readonly from: number; readonly to: number }[] = []
    let nowMs = 0
    for (const { doing, ms } of list) {
      const from = nowMs
      // A worker turns every few ms, whatever its actors do.
      if (doing === 'waits') meter.blocked(1, nowMs)
      else meter.goesOn(1, nowMs)
      for (const until = nowMs + ms; nowMs < until;) {
        meter.turnBegins(nowMs)
        nowMs = Math.min(until, nowMs + 2)
      }
      if (doing === 'works') meter.worked(1, ms)
      meter.turnEnds(from, doing === 'works' ? nowMs : from, false)
      spans.push({ doing, from, to: nowMs })
    }
    const last = spans.at(-1)
    if (last !== undefined) spans.push({ doing: last.doing === 'waits' ? 'waits' : 'idles', from: nowMs, to: (nowMs += asked) })
    const total = (doing: string, since: number): number =>
      spans.reduce((sum, span) => sum + (span.doing === doing ? Math.max(0, span.to - Math.max(since, span.from)) : 0), 0)
    expect(meter.busyMs(1)).toBe(total('works', 0))
    expect(meter.blockedMs(nowMs, 1)).toBe(total('waits', 0))
    expect(meter.busyMs()).toBe(total('works', 0))
    expect([meter.busyMs(0), meter.blockedMs(nowMs, 0)]).toEqual([0, 0])
    const { blockedShare } = meter.shares(nowMs, 1)
    const possible = Array.from({ length: 2 * LOAD_SAMPLE_MS + asked + 10 }, (_, ago) => Math.max(0, nowMs - ago))
    if (nowMs > 0) expect(possible.some((since) => Math.abs(total('waits', since) / (nowMs - since || 1) - blockedShare) < 1e-9)).toBe(true)
  })
  fc.assert(check, { numRuns: inTier(50, 2_000) })
})
