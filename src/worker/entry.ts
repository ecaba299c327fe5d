import { availableParallelism } from 'node:os'
import { expose, wrap } from 'comlink'
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs'
import { loadOperators } from '../../actors/registry.ts'
import { systemClock } from '../core/clock.ts'
import { describeError } from '../core/failure.ts'
import { setThreadRole } from '../core/thread-role.ts'
import { loadJob } from '../graph/load-job.ts'
import { Doorbell } from '../ring/index.ts'
import { canGenerate } from '../state/generated-code.ts'
import { sendStore } from '../storage/protocol.ts'
import { CpuProfiler } from './cpu-profiler.ts'
import { BusyWorker, PoliteWorker } from './job-board.ts'
import { runLoop } from './loop.ts'
import type { Answer, WorkerApi, WorkerListener, WorkerTask } from './protocol.ts'
import { StoredChunks } from './stored-chunks.ts'
import { ownStandardStreams } from './standard-stream.ts'
import { printFromThisThread } from './sync-console.ts'
import { lowerThisThread } from './thread-priority.ts'
import { TablePort } from './table-port.ts'
import { workerEvents } from './worker-events.ts'
import { WorkerService } from './worker-service.ts'
import { WorkingPort } from './working-port.ts'

/** The task of a worker thread: serves the control thread and runs actors until it is shut down. */
export default async function runWorker(task: WorkerTask): Promise<void> {
  setThreadRole({ role: 'worker', jobUrl: task.jobUrl })
  printFromThisThread()
  ownStandardStreams()
  Error.stackTraceLimit = 50
  const bell = new Doorbell(task.doorbells, task.index)
  const listener = wrap<WorkerListener>(nodeEndpoint(task.eventPort))
  let over = false
  const profiler = new CpuProfiler()
  const stored = new StoredChunks(task.storagePort)
  const working = new WorkingPort(task.storagePort)
  const tables = new TablePort(task.storagePort)
  const service: WorkerService = new WorkerService(task.index, task.options, {
    clock: systemClock,
    loadOperators,
    generateCode: canGenerate(),
    onWake: () => bell.ring(),
    events: workerEvents(() => service.plan, {
      store: (message) => sendStore(task.storagePort, message),
      failed: (failure, offer) => void listener.failed(failure, offer),
      notify: (attempt, notice) => void listener.notify(attempt, notice),
      checkpointWanted: (attempt) => void listener.checkpointWanted(attempt),
    }),
    readChunks: (manifest, wanted) => stored.read(manifest, wanted),
    workingStore: (attempt, table) => working.store(attempt, table),
    openTable: (attempt, lineage, path) => tables.store(attempt, lineage, path),
  })
  // The caller's ring may be over before its message is read: only then does the loop have something to wake up for.
  const answer = async <T>(call: () => T | Promise<T>): Promise<Answer<T>> => {
    try {
      return { value: await call() }
    } catch (error) {
      return { failure: describeError(error) }
    } finally {
      bell.ring()
    }
  }
  const api: WorkerApi = {
    prepare: () => answer(async () => service.prepare(await loadJob(task.jobUrl), task.config)),
    deploy: (deployment, restore) => answer(() => service.deploy(deployment, restore)),
    start: () => answer(() => service.start()),
    restartActor: (actor, restore) => answer(() => service.restartActor(actor, restore)),
    stop: () => answer(() => service.stop()),
    triggerCheckpoint: (checkpoint, last) => answer(() => service.triggerCheckpoint(checkpoint, last)),
    checkpointEnded: (checkpoint, end) => answer(() => service.checkpointEnded(checkpoint, end)),
    drainSources: () => answer(() => service.drainSources()),
    query: (place, key) => answer(() => service.query(place, key)),
    queryCheckpoint: (manifest, place, key) => answer(() => service.queryCheckpoint(manifest, place, key)),
    signal: (name, value) => answer(() => service.signal(name, value)),
    stats: () => answer(() => service.stats()),
    ping: () => answer(() => {}),
    startProfile: () => answer(() => profiler.start()),
    stopProfile: (path) => answer(() => profiler.stop(path)),
    shutdown: () => answer(() => void (over = true)),
  }
  expose(api, nodeEndpoint(task.controlPort))
  const polite = task.options.priority === 'low' && !lowerThisThread() ? new PoliteWorker(task.board, availableParallelism()) : null
  const manners = task.options.priority === 'low' ? polite : new BusyWorker(task.board)
  try {
    await runLoop(service, bell, () => over, { clock: systemClock, manners })
  } finally {
    polite?.leave()
  }
  await service.stop()
  for (const port of [task.controlPort, task.eventPort, task.storagePort]) port.close()
}
