import type { FailureData } from '../core/failure.ts'
import { callFailure } from './call-failure.ts'
import type { MasterHost } from './master-host.ts'

interface Ending {
  readonly attempt: number
  readonly isOver: () => boolean
  readonly failed: (failure: FailureData) => void
}

/**
 * Nothing is left to do when sinks have committed the last checkpoint. Whoever dies before that goes on from it, and commits it again.
 *
 * @param committed resolves when they have
 */
export async function finishRun(
  host: MasterHost,
  checkpoint: number,
  committed: Promise<unknown>,
  { attempt, isOver, failed }: Ending,
): Promise<void> {
  try {
    await committed
    if (!isOver()) host.storage.send({ type: 'finish', checkpoint })
  } catch (error) {
    if (!isOver()) failed(callFailure(error, attempt))
  }
}
