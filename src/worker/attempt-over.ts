import type { CheckpointEnd } from '../actor/actor-parts.ts'
import { MillraceError } from '../errors.ts'

/** Whoever took it for done that all sinks have committed would lose what they have not. */
export function attemptOver(checkpoint: number, { failure }: CheckpointEnd): void {
  if (failure !== null) return
  throw new MillraceError(
    'MR_CHECKPOINT_FAILED',
    `Checkpoint ${checkpoint} was completed when its attempt was over: sinks commit it in the next one`,
  )
}
