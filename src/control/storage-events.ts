import type { CoordinatorEvent } from '../checkpoint/coordinator.ts'
import { FINAL, type StorageToControl } from '../storage/protocol.ts'

/** What the storage thread says about a checkpoint, as the coordinator takes it; null for what is none of its business. */
export function coordinatorEvent(message: StorageToControl, nowMs: number): CoordinatorEvent | null {
  switch (message.type) {
    case 'stored': {
      const { attempt, checkpoint } = message
      const actor = `${message.task}#${message.index}`
      return checkpoint === FINAL
        ? { type: 'finished', nowMs, attempt, actor }
        : { type: 'acknowledged', nowMs, attempt, checkpoint, actor }
    }
    case 'declined': {
      const { attempt, checkpoint, failure } = message
      // The last state of an actor that ended cannot be asked for again: that is a failure of the attempt.
      if (checkpoint === FINAL) return null
      return { type: 'declined', nowMs, attempt, checkpoint, actor: `${message.task}#${message.index}`, cause: failure }
    }
    case 'committed':
      return { type: 'committed', nowMs, checkpoint: message.manifest.id }
    case 'commit-failed':
      return { type: 'commit-failed', nowMs, checkpoint: message.checkpoint, cause: message.failure }
    default:
      return null
  }
}
