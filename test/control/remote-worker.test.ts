import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Remote } from 'comlink'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { RemoteWorker } from '../../src/control/remote-worker.ts'
import { CONTROL_CALL_TIMEOUT_MS } from '../../src/limits.ts'
import { Doorbell, createDoorbells } from '../../src/ring/index.ts'
import type { WorkerApi } from '../../src/worker/protocol.ts'

function workerThat(
  api: Partial<WorkerApi>,
  isDebugged: () => boolean = () => false,
): { worker: RemoteWorker; end: (reason: unknown) => void; killed: () => number } {
  let kills = 0
  let end: (reason: unknown) => void = () => {}
  const ended = new Promise<never>((_, reject) => (end = reject))
  return {
    worker: new RemoteWorker(0, api as Remote<WorkerApi>, new Doorbell(createDoorbells(1), 0), ended, isDebugged, () => void kills++),
    end,
    killed: () => kills,
  }
}

describe('calls to a worker thread', () => {
  test('leave nothing behind', async () => {
    setFlagsFromString('--expose-gc')
    const collectGarbage = runInNewContext('gc') as () => void
    const { worker } = workerThat({
      stats: async () => ({ value: { worker: 0, heapBytes: 0, actors: [], text: 'x'.repeat(100) } }) as never,
    })
    for (let n = 0; n < 100; n++) await worker.stats()
    collectGarbage()
    const before = process.memoryUsage().heapUsed
    for (let n = 0; n < 20_000; n++) await worker.stats()
    collectGarbage()
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(2 * 1024 * 1024)
  })

  test('reject when the thread ends, those under way and those after', async () => {
    const { worker, end } = workerThat({ stats: () => new Promise(() => {}), start: () => new Promise(() => {}) })
    const reason = new Error('gone')
    const underWay = worker.stats()
    end(reason)
    await expect(underWay).rejects.toBe(reason)
    await expect(worker.start()).rejects.toBe(reason)
  })

  test('reject with what the worker answers', async () => {
    const { worker } = workerThat({
      start: async () => ({ failure: { class: 'RangeError', message: 'planned', kind: 'user-code', attempt: 1 } }) as never,
    })
    await expect(worker.start()).rejects.toMatchObject({ message: expect.stringContaining('planned') })
  })

  test('are late after their deadline, but not while the thread may stand at a breakpoint', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    let debugged = true
    const { worker, killed } = workerThat({ stats: () => new Promise(() => {}) }, () => debugged)
    let settled = false
    const call = worker.stats().catch((error: unknown) => ((settled = true), error))
    await vi.advanceTimersByTimeAsync(10 * CONTROL_CALL_TIMEOUT_MS)
    expect([settled, killed()]).toEqual([false, 0])
    debugged = false
    await vi.advanceTimersByTimeAsync(CONTROL_CALL_TIMEOUT_MS)
    expect(await call).toMatchObject({ code: 'MR_CALL_TIMEOUT' })
    expect(killed()).toBe(1)
  })
})
