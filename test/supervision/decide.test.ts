import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { describeError, FAILURE_KINDS } from '../../src/core/failure.ts'
import type { FailureData, FailureKind } from '../../src/core/failure.ts'
import { MillraceError } from '../../src/errors.ts'
import type { ErrorCode } from '../../src/errors.ts'
import { backoffMs, childSpec } from '../../src/supervision/child-spec.ts'
import type { ChildSpecOptions } from '../../src/supervision/child-spec.ts'
import { decide, superviseRegions } from '../../src/supervision/decide.ts'
import type { Decision, SupervisionState } from '../../src/supervision/decide.ts'

const ESCALATE = childSpec({ strategy: 'escalate' })
const one = (options: ChildSpecOptions = {}) => superviseRegions(ESCALATE, { main: childSpec(options) })

const failure = (attempt: number, place: Partial<FailureData> = {}): FailureData =>
  describeError(new TypeError('boom'), { attempt, kind: 'user-code', actor: 'sum#0', operator: 'sum', site: 'job.ts:4:2', ...place })

/** Lets failures of the running attempt happen at these times. */
function failAt(state: SupervisionState, timesMs: readonly number[], random = 0.5): Decision[] {
  return timesMs.map((nowMs) => {
    const decided = decide(state, failure(state.regions['main']!.attempt), nowMs, random)
    state = decided.state
    return decided.decision
  })
}

describe('a failure', () => {
  test('restarts its region as the next attempt', () => {
    expect(failAt(one({ backoff: { jitter: 0 } }), [0])).toEqual([{ kind: 'restart-region', region: 'main', delayMs: 10, attempt: 2 }])
  })

  test('of an attempt that is over is ignored: one crash, many reports, one restart', () => {
    const first = decide(one(), failure(1), 0, 0)
    const second = decide(first.state, failure(1, { kind: 'worker-exit' }), 1, 0)
    expect(second.decision).toEqual({ kind: 'ignore', because: 'old-attempt' })
    expect(second.state).toBe(first.state)
    expect(decide(second.state, failure(2), 2, 0).decision).toMatchObject({ kind: 'restart-region', attempt: 3 })
  })

  test('beyond the intensity fails the job, with the chain that led there', () => {
    const decisions = failAt(one({ maxRestarts: 2, periodMs: 1000 }), [0, 100, 200, 300])
    expect(decisions.map(({ kind }) => kind)).toEqual(['restart-region', 'restart-region', 'fail-job', 'ignore'])
    const { reason } = decisions[2] as Decision & { kind: 'fail-job' }
    expect(reason).toMatchObject({
      code: 'MR_RESTARTS_EXHAUSTED',
      class: 'MillraceError',
      attempt: 3,
      actor: 'sum#0',
      operator: 'sum',
      site: 'job.ts:4:2',
      cause: { class: 'TypeError', message: 'boom' },
    })
    expect(reason.message).toContain('restarted 2 times within 1000 ms')
    expect(reason.cause!.stack).toContain('decide.test')
  })

  test('counts within the period only', () => {
    const decisions = failAt(one({ maxRestarts: 2, periodMs: 1000 }), [0, 900, 1000, 1899, 1950])
    expect(decisions.map(({ kind }) => kind)).toEqual(['restart-region', 'restart-region', 'restart-region', 'fail-job', 'ignore'])
  })

  test('without any restart allowed fails the job with the error itself', () => {
    const [decision] = failAt(one({ maxRestarts: 0 }), [0])
    expect(decision).toMatchObject({ kind: 'fail-job', reason: { class: 'TypeError', message: 'boom', operator: 'sum' } })
  })

  test('that no restart can cure fails the job at once', () => {
    const at = (place: Partial<FailureData>) => decide(one(), { ...failure(1), ...place }, 0, 0).decision.kind
    const incurable: FailureKind[] = ['module-load', 'storage']
    for (const kind of FAILURE_KINDS) expect(at({ kind })).toBe(incurable.includes(kind) ? 'fail-job' : 'restart-region')
    const codeOf = (code: ErrorCode) => {
      const { class: name, message } = describeError(new MillraceError(code, 'x'))
      return at({ class: name, message, code })
    }
    for (const code of ['MR_OPTION_INVALID', 'MR_KEY_INVALID', 'MR_PATH_UNUSABLE', 'MR_INPUT_INVALID', 'MR_STATE_CORRUPT'] as const) {
      expect(codeOf(code)).toBe('fail-job')
    }
    for (const code of ['MR_OPERATOR_FAILED', 'MR_SOURCE_FAILED', 'MR_SINK_FAILED', 'MR_WORKER_LOST', 'MR_FRAME_CORRUPT'] as const)
      expect(codeOf(code)).toBe('restart-region')
    // A user's error that bears a code of ours by chance is a user's error.
    expect(at({ class: 'Error', code: 'MR_KEY_INVALID' })).toBe('restart-region')
  })

  test('of a region that nobody knows is ignored, names of the prototype included', () => {
    for (const region of ['other', 'toString', '__proto__', '']) {
      expect(decide(one(), failure(1, { region }), 0, 0).decision).toEqual({ kind: 'ignore', because: 'unknown-region' })
    }
  })

  test('that a region cannot cope with restarts the whole job, where its child spec says so', () => {
    const job = childSpec({ strategy: 'one-for-all', maxRestarts: 1, backoff: { jitter: 0, minMs: 70 } })
    let state = superviseRegions(job, { a: childSpec({ maxRestarts: 1 }), b: childSpec() })
    const step = (region: string, nowMs: number) => {
      const decided = decide(state, failure(state.regions[region]!.attempt, { region }), nowMs, 0)
      state = decided.state
      return decided.decision
    }
    expect(step('a', 0)).toMatchObject({ kind: 'restart-region', region: 'a', attempt: 2 })
    expect(state.regions['b']!.attempt).toBe(1)
    expect(step('a', 1)).toEqual({ kind: 'restart-job', delayMs: 70, attempts: { a: 3, b: 2 } })
    expect(step('a', 2)).toMatchObject({ kind: 'restart-region', attempt: 4 })
    const last = step('a', 3) as Decision & { kind: 'fail-job' }
    expect(last.kind).toBe('fail-job')
    expect([last.reason.message, last.reason.cause!.message, last.reason.cause!.cause!.message]).toEqual([
      expect.stringContaining('the job was restarted 1 times'),
      expect.stringContaining('region "a" was restarted 1 times'),
      'boom',
    ])
  })
})

describe('the pause before a restart', () => {
  test('is a number where it is fixed', () => {
    const delays = failAt(one({ maxRestarts: 10, backoff: 250 }), [0, 1, 2]).map((decision) => (decision as { delayMs: number }).delayMs)
    expect(delays).toEqual([250, 250, 250])
  })

  test('and restarts may be counted for the whole run, or not at all', () => {
    const whole = failAt(one({ maxRestarts: 2, periodMs: Infinity }), [0, 1e9, 2e9])
    expect(whole.map(({ kind }) => kind)).toEqual(['restart-region', 'restart-region', 'fail-job'])
    expect((whole[2] as Decision & { kind: 'fail-job' }).reason.message).toContain('restarted 2 times and failed again')
    let state = one({ maxRestarts: Infinity, periodMs: Infinity, backoff: 0 })
    for (let nowMs = 0; nowMs < 5_000; nowMs++) {
      const decided = decide(state, failure(state.regions['main']!.attempt), nowMs, 0.5)
      expect(decided.decision.kind).toBe('restart-region')
      state = decided.state
    }
    expect(state.regions['main']!.restartsMs.length).toBeLessThan(2_000)
  })

  test('grows by its factor up to its longest, and starts anew after a quiet period', () => {
    const options = { maxRestarts: 10, periodMs: 1000, backoff: { minMs: 5, maxMs: 30, factor: 2, jitter: 0 } }
    const delays = failAt(one(options), [0, 1, 2, 3, 4, 5000]).map((decision) => (decision as { delayMs: number }).delayMs)
    expect(delays).toEqual([5, 10, 20, 30, 30, 5])
  })

  test('stays within its jitter and its longest', () => {
    const numbers = fc.record({
      minMs: fc.double({ min: 0, max: 1000, noNaN: true }),
      more: fc.double({ min: 0, max: 10_000, noNaN: true }),
      factor: fc.double({ min: 1, max: 10, noNaN: true }),
      jitter: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    fc.assert(
      fc.property(numbers, fc.integer({ min: 1, max: 2000 }), fc.double({ min: 0, max: 0.999999, noNaN: true }), (n, restart, random) => {
        const { backoff } = childSpec({ backoff: { minMs: n.minMs, maxMs: n.minMs + n.more, factor: n.factor, jitter: n.jitter } })
        const delayMs = backoffMs(backoff, restart, random)
        expect(delayMs).toBeGreaterThanOrEqual(backoff.minMs * (1 - backoff.jitter) - 1e-6)
        expect(delayMs).toBeLessThanOrEqual(backoff.maxMs)
      }),
    )
  })

  test('a child spec with a wrong value is refused by name', () => {
    const wrong: ChildSpecOptions[] = [
      { maxRestarts: -1 },
      { maxRestarts: 1.5 },
      { maxRestarts: Number.NaN },
      { periodMs: 0 },
      { periodMs: Number.NaN },
      { backoff: { minMs: -1 } },
      { backoff: { minMs: 10, maxMs: 5 } },
      { backoff: { factor: 0.5 } },
      { backoff: { jitter: 2 } },
      { backoff: { jitter: Number.NaN } },
      { strategy: 'sometimes' as never },
    ]
    for (const options of wrong) {
      const name = options.backoff ? `backoff.${Object.keys(options.backoff).at(-1)}` : Object.keys(options)[0]!
      expect(() => childSpec(options)).toThrow(new RegExp(`restart\\.${name.replace('.', '\\.')}=`))
    }
  })
})

describe('laws, under any sequence of failures', () => {
  const step = fc.record({
    region: fc.constantFrom('a', 'b', 'c'),
    lag: fc.constantFrom(0, 0, 0, 1, 2),
    pauseMs: fc.nat(400),
    kind: fc.constantFrom<FailureKind>('user-code', 'user-code', 'worker-exit', 'out-of-memory', 'protocol'),
    random: fc.double({ min: 0, max: 0.999999, noNaN: true }),
  })

  test('attempts only grow, each is started once, no more restarts than the intensity in any period, input states never change', () => {
    let failed = 0
    const law = fc.property(fc.array(step, { maxLength: 60 }), fc.boolean(), fc.nat(4), (steps, restartsJob, maxRestarts) => {
      const spec = childSpec({ maxRestarts, periodMs: 1000 })
      const job = restartsJob ? childSpec({ maxRestarts: 2, periodMs: 3000 }) : ESCALATE
      let state = superviseRegions(job, { a: spec, b: spec, c: spec })
      const started = new Map<string, number[]>(['a', 'b', 'c'].map((name) => [name, [1]]))
      const restarts = new Map<string, number[]>(['a', 'b', 'c'].map((name) => [name, []]))
      let nowMs = 0
      let over = false
      for (const { region, lag, pauseMs, kind, random } of steps) {
        nowMs += pauseMs
        const attempt = state.regions[region]!.attempt - lag
        const before = structuredClone(state)
        const input = state
        const { state: next, decision } = decide(state, failure(attempt, { region, kind }), nowMs, random)
        expect(input).toEqual(before)
        expect(decide(before, failure(attempt, { region, kind }), nowMs, random).decision.kind).toBe(decision.kind)
        state = next
        if (over) expect(decision).toEqual({ kind: 'ignore', because: 'job-failed' })
        else if (lag > 0) expect(decision).toEqual({ kind: 'ignore', because: 'old-attempt' })
        else expect(decision.kind).not.toBe('ignore')
        if (decision.kind === 'restart-region') {
          started.get(decision.region)!.push(decision.attempt)
          const times = restarts.get(decision.region)!
          times.push(nowMs)
          expect(times.filter((at) => nowMs - at < 1000).length).toBeLessThanOrEqual(maxRestarts)
        } else if (decision.kind === 'restart-job') {
          for (const [name, each] of Object.entries(decision.attempts)) {
            started.get(name)!.push(each)
            restarts.set(name, [])
          }
        } else if (decision.kind === 'fail-job') {
          over = true
          failed++
        }
        for (const [name, attempts] of started) {
          expect(attempts).toEqual(attempts.map((_, i) => i + 1))
          expect(state.regions[name]!.attempt).toBe(attempts.at(-1))
          expect(state.regions[name]!.restartsMs.length).toBeLessThanOrEqual(maxRestarts)
        }
      }
    })
    fc.assert(law)
    // Of one seed, so that it is certain what the generator reaches.
    fc.assert(law, { seed: 1, numRuns: 200 })
    expect(failed).toBeGreaterThan(10)
  })
})
