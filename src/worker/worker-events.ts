import { type FailureData, describeError } from '../core/failure.ts'
import type { InletNotice } from '../actor/contract.ts'
import type { Plan } from '../graph/plan.ts'
import type { StoreMessage } from '../storage/protocol.ts'
import type { WorkerEvents } from './worker-host.ts'

/** Ways out of a worker, as its host gives them. */
export interface WorkerOutlets {
  /** To the storage thread. The chunks' buffers are the receiver's. */
  readonly store: (message: StoreMessage) => void
  /** To the control thread. */
  readonly failed: (failure: FailureData) => void
  readonly notify: (attempt: number, notice: InletNotice) => void
  readonly checkpointWanted: (attempt: number) => void
}

/** What a worker's engine reports, as messages: snapshots with their task's name, errors described. */
export function workerEvents(plan: () => Plan, { store, failed, notify, checkpointWanted }: WorkerOutlets): WorkerEvents {
  return {
    snapshotTaken: (attempt, checkpoint, actor, chunks, timing) => {
      const placement = plan().actors[actor]!
      const { name } = plan().tasks[placement.task]!
      store({ type: 'store', task: name, index: placement.index, attempt, checkpoint, chunks, last: true, ...(timing && { timing }) })
    },
    failed: (attempt, actor, error) => {
      const placement = actor === null ? null : plan().actors[actor]!
      const name = placement === null ? undefined : `${plan().tasks[placement.task]!.name}#${placement.index}`
      failed(describeError(error, { kind: 'user-code', attempt, ...(name === undefined ? {} : { actor: name }) }))
    },
    notify,
    checkpointWanted,
  }
}
