import { expect, onTestFinished, test, vi } from 'vitest'
import { setThreadRole } from '../../src/core/thread-role.ts'
import { DEPRECATIONS, defineJob } from '../../src/index.ts'

const job = defineJob(import.meta, {
  build: ({ inlet, source }) => ({ old: source.inlet<number>('old'), now: inlet<number>('now') }),
})

test('what is deprecated is told once in a process, with its code, where it is used and what to use instead; never on threads of millrace', async () => {
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  const roles = globalThis as Record<symbol, unknown>
  onTestFinished(() => {
    warn.mockRestore()
    roles[Symbol.for('millrace.thread-role')] = undefined
  })
  setThreadRole({ role: 'worker', jobUrl: import.meta.url })
  await job.buildGraph({})
  expect(warn).not.toHaveBeenCalled()
  roles[Symbol.for('millrace.thread-role')] = undefined
  const graph = await job.buildGraph({})
  await job.buildGraph({})
  expect(warn).toHaveBeenCalledOnce()
  const { what, instead, removedIn } = DEPRECATIONS.MR_DEP0001
  const [text, options] = warn.mock.calls[0]! as unknown as [string, object]
  expect(options).toEqual({ type: 'DeprecationWarning', code: 'MR_DEP0001' })
  for (const part of [what, instead, removedIn]) expect(text).toContain(part)
  expect(text).toMatch(/deprecations\.test\.[jt]s:\d+:\d+/)
  // It works as its successor does.
  const [old, now] = graph.nodes
  expect({ ...old, id: 0, name: '', site: '' }).toEqual({ ...now, id: 0, name: '', site: '' })
})
