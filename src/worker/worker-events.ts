import { type FailureData, describeError } from '../core/failure.ts'
import { maskedFailure } from '../core/masked-failure.ts'
import type { InletNotice } from '../actor/contract.ts'
import type { ActorName } from '../checkpoint/manifest.ts'
import type { Plan } from '../graph/plan.ts'
import type { StoreMessage } from '../storage/protocol.ts'
import type { LoneOffer } from './lone-actors.ts'
import type { WorkerEvents } from './worker-host.ts'

/** Ways out of a worker, as its host gives them. */
export interface WorkerOutlets {
  /** To the storage thread. The chunks' buffers are the receiver's. */
  readonly store: (message: StoreMessage) => void
  /** To the control thread. */
  readonly failed: (failure: FailureData, offer: LoneOffer | null) => void
  readonly notify: (attempt: number, notice: InletNotice) => void
  readonly checkpointWanted: (attempt: number) => void
}

/** What a worker's engine reports, as messages: snapshots with their task's name, errors described. */
export function workerEvents(plan: () => Plan, { store, failed, notify, checkpointWanted }: WorkerOutlets): WorkerEvents {
  const nameOf = (actor: number): ActorName => {
    const { task, index } = plan().actors[actor]!
    return { task: plan().tasks[task]!.name, index }
  }
  return {
    snapshotPart: (attempt, checkpoint, actor, chunks) =>
      store({ type: 'store', ...nameOf(actor), attempt, checkpoint, chunks, last: false }),
    snapshotTaken: (attempt, checkpoint, actor, chunks, timing) =>
      store({ type: 'store', ...nameOf(actor), attempt, checkpoint, chunks, last: true, ...(timing && { timing }) }),
    failed: (attempt, actor, error, offer) => {
      const name = actor === null ? null : nameOf(actor)
      const failure = describeError(error, { kind: 'user-code', attempt, ...(name && { actor: `${name.task}#${name.index}` }) })
      failed(plan().graph.mask === undefined ? failure : maskedFailure(failure), offer)
    },
    notify,
    checkpointWanted,
  }
}
