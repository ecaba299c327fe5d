import type { OpenedCheckpoint } from './opened-checkpoint.ts'

/**
 * Opens the newest complete checkpoint of a state directory, or the one of an id, to look into it. Nothing is written, and a run of another process may go on
 * meanwhile; a run of this process must have been launched before, or begin after `close()`. That run removes old checkpoints: what is read of one that is gone is
 * MR_CHECKPOINT_GONE; open the newest one then.
 *
 * @throws MillraceError MR_STATE_MISSING, MR_STATE_DIR_INVALID, MR_STATE_CORRUPT, MR_STATE_INCOMPATIBLE, MR_CHECKPOINT_GONE
 */
export async function openCheckpoint(dir: string, options: { readonly id?: number } = {}): Promise<OpenedCheckpoint> {
  // Only whoever calls this needs the database: it is native code, and every thread of a run imports millrace for its job.
  const { openedCheckpoint } = await import('./opened-checkpoint.ts')
  return openedCheckpoint(dir, options.id)
}
