import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MillraceError } from '../../src/errors.ts'
import { planActors, planTasks } from '../../src/graph/plan.ts'
import { BALANCE_LIMITS, BALANCE_LOOK_MS, BALANCE_MEMORY_MS } from '../../src/schedule/balance-limits.ts'
import { decideBalance } from '../../src/schedule/balance.ts'
import { type BalanceHistory, NOTHING_MOVED } from '../../src/schedule/moves.ts'
import { place } from '../../src/schedule/place.ts'
import { inTier } from '../tier.ts'
import { broken, drafts, graphOf, settings } from './graphs.ts'

test('however the load goes up and down, nobody goes back to a worker that it has left not long ago, pauses grow, and nothing that was asked for is broken', () => {
  let moved = 0
  const check = fc.property(
    drafts(5, [1, 2, 'workers']),
    fc.constantFrom(2, 3, 4),
    fc.array(fc.array(fc.constantFrom(0, 0, 0.1, 0.4, 0.9), { minLength: 7, maxLength: 7 }), { minLength: 2, maxLength: 6 }),
    fc.integer({ min: 3, max: 20 }),
    (nodes, workers, loads, looksEach) => {
      const plan = planTasks(graphOf(nodes), { workers, chaining: 'off' })
      const placement = settings()
      let threads: number[]
      try {
        threads = [...place(plan, placement).threads]
      } catch (error) {
        if (error instanceof MillraceError) return
        throw error
      }
      let history: BalanceHistory = NOTHING_MOVED
      const left = new Map<string, number>()
      const movedAtMs: number[] = []
      for (let look = 0; look < 400; look++) {
        const atMs = look * BALANCE_LOOK_MS
        const costs = loads[Math.floor(look / looksEach) % loads.length]!
        const actors = new Map(threads.map((_, actor) => [actor, { busyShare: costs[actor % costs.length]! }]))
        const decision = decideBalance({ plan, placement, threads, loads: { atMs, actors }, history })
        history = decision.history
        if (decision.moves.length === 0) continue
        moved++
        for (const { task, index, from, to } of decision.moves) {
          const { id } = planActors(plan, threads).actors.find((actor) => actor.task === task && actor.index === index)!
          expect(threads[id]).toBe(from)
          expect(atMs - (left.get(`${id} ${to}`) ?? -Infinity)).toBeGreaterThanOrEqual(BALANCE_MEMORY_MS)
          left.set(`${id} ${from}`, atMs)
          threads[id] = to
        }
        expect(broken(planActors(plan, threads), threads, placement)).toBeNull()
        if (movedAtMs.length > 0)
          expect(atMs - movedAtMs.at(-1)!).toBeGreaterThanOrEqual(BALANCE_LIMITS.coolDownMs * 2 ** (movedAtMs.length - 1))
        movedAtMs.push(atMs)
      }
    },
  )
  fc.assert(check, { numRuns: inTier(20, 200), seed: 5 })
  expect(moved).toBeGreaterThan(0)
})
