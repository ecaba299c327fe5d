import { DOORBELL_SLEEP_MS_MAX, EVENT_LOOP_TURN_MS, IDLE_SLEEPS_MAX, IDLE_WAIT_MS_MAX } from '../limits.ts'
import type { Doorbell } from '../ring/index.ts'
import type { Clock } from '../core/clock.ts'
import type { Manners } from './job-board.ts'
import type { WorkerService } from './worker-service.ts'

/** The jobs in whose company a worker runs; no manners where the system looks after them. */
export interface Company {
  readonly clock: Clock
  readonly manners: Manners | null
}

/**
 * Runs a worker until `isOver`. Busy: actors for 1-2 ms, then one turn of the event loop. Idle: sleeps on the doorbell, at most 10 ms at a time,
 * since nothing tells whether timers or sockets of the user are due; after a few of these, or while a source waits for a promise or a time, it
 * waits on the event loop, which costs nothing and serves both.
 */
export async function runLoop(service: WorkerService, bell: Doorbell, isOver: () => boolean, { clock, manners }: Company): Promise<void> {
  let idleSleeps = 0
  const hasWork = (): boolean => isOver() || (service.runtime?.hasWork() ?? false)
  while (!isOver()) {
    const runtime = service.runtime
    const fromMs = clock.monotonicMs()
    if (runtime?.turn(EVENT_LOOP_TURN_MS) === true) {
      idleSleeps = 0
      const pauseMs = manners?.worked(clock.monotonicMs() - fromMs) ?? 0
      await (pauseMs === 0 ? eventLoopTurn() : pause(pauseMs))
      continue
    }
    const idleMs = runtime?.idleMs ?? Infinity
    if (runtime === null || !runtime.isRunning || runtime.awaitsEvents || idleSleeps >= IDLE_SLEEPS_MAX) {
      const reason = await bell.sleepAsync(hasWork, Math.min(idleMs, IDLE_WAIT_MS_MAX))
      if (reason === 'work') await eventLoopTurn()
      idleSleeps = 0
    } else {
      const reason = bell.sleep(hasWork, Math.min(idleMs, DOORBELL_SLEEP_MS_MAX))
      idleSleeps = reason === 'timeout' ? idleSleeps + 1 : 0
      await eventLoopTurn()
    }
  }
}

/** Calls of other threads are answered meanwhile. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

function eventLoopTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
