import type { CoordinatorEffect, CoordinatorEvent } from '../checkpoint/coordinator.ts'
import { timeMs } from './appointment.ts'
import type { MasterHost } from './master-host.ts'

/**
 * Has the sources of all workers send a barrier.
 *
 * @param last the run stops with it
 * @param decide told when an actor cannot take part yet
 */
export function injectBarrier(
  host: MasterHost,
  { checkpoint, attempt }: CoordinatorEffect & { type: 'inject-barrier' },
  last: boolean,
  decide: (event: CoordinatorEvent) => void,
): void {
  for (const worker of host.workers()) {
    worker.triggerCheckpoint(checkpoint, last).then(
      (takesPart) => void (takesPart || decide({ type: 'draining', nowMs: timeMs(host), attempt, checkpoint })),
      // A thread that does not answer is found by whoever watches it.
      () => {},
    )
  }
}
