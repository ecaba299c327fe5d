import { loadOperators } from '../../actors/registry.ts'
import { allocate, allocateDoorbells } from '../../src/control/allocate.ts'
import { systemClock } from '../../src/core/clock.ts'
import type { Job } from '../../src/index.ts'
import { checkOptions } from '../../src/app/launch-options.ts'
import { MemoryStores } from '../../src/state/working/memory-stores.ts'
import { WorkerService } from '../../src/worker/worker-service.ts'
import type { WorkerRuntime } from '../../src/worker/worker-runtime.ts'

/** The engine of a single worker on this thread, without threads around it: what its loop costs alone. */
export async function inProcessWorker(job: Job, config: unknown): Promise<{ runtime: WorkerRuntime; stop(): Promise<void> }> {
  const { engine } = checkOptions({ workers: 1, freezeRecords: false })
  const nothing = (): void => {}
  const events = {
    snapshotPart: nothing,
    snapshotTaken: nothing,
    notify: nothing,
    checkpointWanted: nothing,
    failed: (_attempt: number, _actor: number | null, error: unknown) => {
      throw error
    },
  }
  const working = new MemoryStores()
  const host = {
    clock: systemClock,
    loadOperators,
    generateCode: true,
    onWake: nothing,
    events,
    readChunks: async () => [],
    workingStore: (_: number, actor: number) => working.store(actor),
    openTable: (): never => {
      throw new Error('no tables here')
    },
  }
  const service = new WorkerService(0, engine, host)
  await service.prepare(job, config)
  await service.deploy(allocate(service.plan, engine, allocateDoorbells(1), 1), null)
  service.start()
  return { runtime: service.runtime!, stop: () => service.stop() }
}
