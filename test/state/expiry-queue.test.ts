import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ExpiryQueue } from '../../src/state/expiry-queue.ts'

const TTL_MS = 3_200
/** How much later than its time a slot may be looked at: the width of a bucket. */
const BUCKET_MS = TTL_MS / 32

test('what has expired is found without looking at what has not: a few looks a slot, however often it is refreshed', () => {
  const queue = new ExpiryQueue(TTL_MS)
  const slots = 20_000
  const writtenAt = new Float64Array(slots)
  const gone = new Set<number>()
  let looks = 0
  const clean = (nowMs: number): void =>
    queue.takeDue(nowMs, Infinity, (slot) => {
      looks++
      if (writtenAt[slot]! + TTL_MS > nowMs) queue.add(slot, writtenAt[slot]! + TTL_MS)
      else gone.add(slot)
    })
  // Every tenth slot is written again and again, the others once.
  for (let nowMs = 0; nowMs <= 2 * TTL_MS; nowMs += 10) {
    for (let slot = 0; slot < slots; slot += nowMs === 0 ? 1 : 10) {
      writtenAt[slot] = nowMs
      queue.add(slot, nowMs + TTL_MS)
    }
    clean(nowMs)
    if (nowMs < TTL_MS) expect(looks).toBe(0)
  }
  expect(gone.size).toBe((slots * 9) / 10)
  expect(looks).toBeLessThanOrEqual(slots + 2 * (slots / 10))
})

const step = fc.oneof(
  fc.record({ slot: fc.nat(30) }),
  fc.record({ passMs: fc.nat(TTL_MS) }),
  fc.record({ budget: fc.integer({ min: 1, max: 5 }) }),
)

test('each slot comes once its bucket is over, not before, and never twice, within any budget', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
      const queue = new ExpiryQueue(TTL_MS)
      const waiting = new Map<number, number>()
      let nowMs = -TTL_MS
      const take = (budget: number): number => {
        let taken = 0
        queue.takeDue(nowMs, budget, (slot) => {
          taken++
          expect(waiting.get(slot)).toBeLessThanOrEqual(nowMs)
          waiting.delete(slot)
        })
        return taken
      }
      for (const each of steps) {
        if ('passMs' in each) nowMs += each.passMs
        else if ('budget' in each) expect(take(each.budget)).toBeLessThanOrEqual(each.budget)
        else {
          // One that waits already keeps its place.
          if (!waiting.has(each.slot)) waiting.set(each.slot, nowMs + TTL_MS)
          queue.add(each.slot, nowMs + TTL_MS)
        }
      }
      take(Infinity)
      for (const dueMs of waiting.values()) expect(dueMs).toBeGreaterThan(nowMs - BUCKET_MS)
    }),
  )
})
