import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Actor } from '../../src/actor/actor.ts'
import type { MeasuredInstance, PriorityRule, SteppedPriority } from '../../src/index.ts'
import { defineJob } from '../../src/index.ts'
import { planJob } from '../../src/graph/plan.ts'
import { InputLag } from '../../src/worker/input-lag.ts'
import { LoadMeter } from '../../src/worker/load-meter.ts'
import { Priorities } from '../../src/worker/priorities.ts'
import { inTier } from '../tier.ts'

test('the lag is the age of the oldest byte that waits, exact to the time between two looks', () => {
  const moment = fc.record({
    ms: fc.integer({ min: 1, max: 50 }),
    put: fc.integer({ min: 0, max: 30 }),
    take: fc.integer({ min: 0, max: 30 }),
  })
  const check = fc.property(fc.array(moment, { maxLength: 60 }), (moments) => {
    const lag = new InputLag()
    const waiting: number[] = []
    let [nowMs, receivedBytes, longestMs] = [0, 0, 0]
    for (const { ms, put, take } of moments) {
      const arrivedMs = nowMs + ms / 2
      nowMs += ms
      longestMs = Math.max(longestMs, ms)
      for (let i = 0; i < put; i++) waiting.push(arrivedMs)
      receivedBytes += put
      waiting.splice(0, take)
      const told = lag.lookMs(nowMs, receivedBytes, waiting.length)
      const actual = waiting.length === 0 ? 0 : nowMs - waiting[0]!
      expect(told).toBeLessThanOrEqual(actual)
      expect(actual - told).toBeLessThanOrEqual(longestMs)
    }
  })
  fc.assert(check, { numRuns: inTier(50, 1_000) })
})

/** A job of one worker: `rows` at 0, `work` by a rule, each an actor. */
async function prioritiesOf(rule: PriorityRule): Promise<Priorities> {
  const job = defineJob(import.meta, {
    name: 'ruled',
    build: ({ source }) => {
      const rows = source.generate('rows', { count: 1, parallelism: 1, make: (n) => n })
      return { work: rows.map((n) => n, { name: 'work', priority: rule }) }
    },
  })
  return new Priorities(planJob(await job.buildGraph({}), { workers: 1, chaining: 'off' }), 0)
}

interface Moment extends Partial<Omit<MeasuredInstance, 'signal'>> {
  readonly nowMs: number
  readonly signals?: Record<string, number>
}

function look(priorities: Priorities, { nowMs, watermarkDelayMs = NaN, mailboxFill = 0, signals = {} }: Moment): unknown {
  const mailbox = { bytes: mailboxFill * 100, receivedBytes: 1_000, share: mailboxFill }
  const actor = { mailbox, watermark: 5_000 - watermarkDelayMs } as unknown as Actor
  const actors = new Map([0, 1].map((id) => [id, actor] as const))
  let failure: unknown = null
  const sources = { actors, load: new LoadMeter(3, 0), nowMs, wallMs: 5_000, signals: new Map(Object.entries(signals)) }
  priorities.look(sources, (id, error) => (failure = [id, error]))
  return failure ?? priorities.current[1]
}

const steps: SteppedPriority['steps'] = [
  { from: 100, priority: 9 },
  { from: 10, priority: 3 },
]

test('of the steps that are reached the largest counts; between two looks nothing changes', async () => {
  const priorities = await prioritiesOf({ by: 'watermarkDelay', steps, otherwise: -2, everyMs: 50 })
  expect([...priorities.current].slice(0, 2)).toEqual([0, -2])
  const given = [5, 10, 99, 100, NaN, 50].map((watermarkDelayMs, i) => look(priorities, { nowMs: 50 * i, watermarkDelayMs }))
  expect(given).toEqual([-2, 3, 3, 9, -2, 3])
  expect(priorities.dueMs).toBe(300)
  expect(look(priorities, { nowMs: 299, watermarkDelayMs: 5 })).toBe(3)
})

test('a signal, the fill of the mailbox, the age of what waits, and functions of all of them', async () => {
  const bySignal = await prioritiesOf({ by: { signal: 'rush' }, steps })
  const told: Record<string, number>[] = [{}, { rush: 10 }, { other: 100 }]
  expect(told.map((signals, i) => look(bySignal, { nowMs: 1_000 * i, signals }))).toEqual([0, 3, 0])
  const byFill = await prioritiesOf({ by: 'mailbox', steps: [{ from: 0.5, priority: 7 }] })
  expect([0.4, 0.5].map((mailboxFill, i) => look(byFill, { nowMs: 1_000 * i, mailboxFill }))).toEqual([0, 7])
  const byLag = await prioritiesOf({ by: 'lag', steps, everyMs: 10 })
  expect([0, 10, 20].map((nowMs) => look(byLag, { nowMs, mailboxFill: 0.1 }))).toEqual([0, 3, 3])
  const computed = await prioritiesOf({ by: ({ mailboxFill, signal, lagMs, cpuShare }) => mailboxFill * signal('x') + lagMs + cpuShare })
  expect([4, 1e9].map((x, i) => look(computed, { nowMs: 1_000 * i, mailboxFill: 0.9, signals: { x } }))).toEqual([4, 100])
})

test('a function that throws, or gives no number, fails its actor and is named', async () => {
  const thrown = await prioritiesOf({ by: () => JSON.parse('{') as number })
  expect(look(thrown, { nowMs: 0 })).toEqual([1, expect.objectContaining({ code: 'MR_OPERATOR_FAILED', operator: 'work' })])
  const none = await prioritiesOf({ by: () => NaN })
  expect(look(none, { nowMs: 0 })).toEqual([1, expect.objectContaining({ code: 'MR_OPTION_INVALID', operator: 'work' })])
})
