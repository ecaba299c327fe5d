import { expect, test } from 'vitest'
import { describeError } from '../../src/core/failure.ts'
import { childSpec } from '../../src/supervision/child-spec.ts'
import { decide, superviseRegions } from '../../src/supervision/decide.ts'
import { decideScope } from '../../src/supervision/scope.ts'

const ABLE = { offer: { because: null }, isRunning: true, isChanging: false, inRow: 0 }

test('an actor restarts alone where it can, and its region otherwise, with the reason', () => {
  expect(decideScope(ABLE)).toEqual({ restarts: 'actor', because: null })
  expect(decideScope({ ...ABLE, offer: null })).toEqual({ restarts: 'region', because: null })
  expect(decideScope({ ...ABLE, offer: { because: 'it reads input' } })).toEqual({ restarts: 'region', because: 'it reads input' })
  expect(decideScope({ ...ABLE, isRunning: false }).restarts).toBe('region')
  expect(decideScope({ ...ABLE, isChanging: true }).because).toMatch(/layout/)
  expect(decideScope({ ...ABLE, inRow: 2 }).restarts).toBe('actor')
  expect(decideScope({ ...ABLE, inRow: 3 })).toMatchObject({ restarts: 'region', because: expect.stringMatching(/3 times/) as string })
})

test('an actor that restarts alone keeps the attempt, and counts against the intensity of its region', () => {
  const failure = describeError(new Error('boom'), { attempt: 1 })
  const spec = childSpec({ maxRestarts: 2, backoff: { jitter: 0 } })
  const first = decide(superviseRegions(childSpec({ strategy: 'escalate' }), { job: spec }), failure, 0, 0, true)
  expect(first.decision).toEqual({ kind: 'restart-actor', delayMs: 10 })
  const second = decide(first.state, failure, 1, 0, true)
  expect(second.decision).toEqual({ kind: 'restart-actor', delayMs: 20 })
  expect(decide(second.state, failure, 2, 0, true).decision.kind).toBe('fail-job')
  expect(decide(first.state, failure, 2, 0).decision).toMatchObject({ kind: 'restart-region', attempt: 2 })
})
