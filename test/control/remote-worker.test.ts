import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Remote } from 'comlink'
import { describe, expect, test } from 'vitest'
import { RemoteWorker } from '../../src/control/remote-worker.ts'
import { Doorbell, createDoorbells } from '../../src/ring/index.ts'
import type { WorkerApi } from '../../src/worker/protocol.ts'

function workerThat(api: Partial<WorkerApi>): { worker: RemoteWorker; end: (reason: unknown) => void } {
  let end: (reason: unknown) => void = () => {}
  const ended = new Promise<never>((_, reject) => (end = reject))
  return {
    worker: new RemoteWorker(
      0,
      api as Remote<WorkerApi>,
      new Doorbell(createDoorbells(1), 0),
      ended,
      () => false,
      () => {},
    ),
    end,
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
})
