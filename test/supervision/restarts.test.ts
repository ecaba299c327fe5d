import { expect, test } from 'vitest'
import type { MasterHost } from '../../src/control/master-host.ts'
import { Supervisor, type SupervisedRun } from '../../src/control/supervisor.ts'
import { describeError } from '../../src/core/failure.ts'

test('attempts that began though nothing had failed are no restarts, whether asked for or after a damaged checkpoint', () => {
  const host = { clock: { monotonicMs: () => 0 }, random: () => 0, app: { restarting: () => {} } } as unknown as MasterHost
  const run = { state: 'running', attempt: 2, layouts: { isChanging: false } } as unknown as SupervisedRun
  const supervisor = new Supervisor(host, {}, run)
  expect(supervisor.restartsUpTo(0)).toBe(0)
  expect(supervisor.nextAttempt()).toBe(2)
  expect(supervisor.restartsUpTo(2)).toBe(0)
  expect(supervisor.handle(describeError(new Error('boom'), { attempt: 2 }), null)).toMatchObject({ attempt: 3 })
  expect(supervisor.restartsUpTo(3)).toBe(1)
})
