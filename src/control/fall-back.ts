import type { Manifest } from '../checkpoint/manifest.ts'
import type { FailureData } from '../core/failure.ts'
import { MillraceError } from '../errors.ts'
import type { Graph } from '../graph/graph.ts'
import { callFailure } from './call-failure.ts'
import type { JobSettings } from './master-host.ts'

/** Sinks that take back what later checkpoints made visible: files are cut, or removed, tables changed back. */
const RETRACTING_KINDS = new Set(['fileSink', 'filesSink', 'tableSink'])

/**
 * What to do when the state that a run begins with cannot be read: go on from an older checkpoint, taken out of `older`, or fail.
 *
 * @param older complete checkpoints before that one, ascending by id, as the job takes them; none once an attempt has begun, since inlets forget then what the newest covers:
 *   only a new process can go back
 */
export function fallBack(error: unknown, attempt: number, older: Manifest[], settings: JobSettings): Manifest | FailureData {
  const isDamaged = error instanceof MillraceError && error.code === 'MR_STATE_CORRUPT'
  if (!isDamaged || older.length === 0) return callFailure(error, attempt)
  try {
    demandRetraction(settings, error.message, older.at(-1)!)
  } catch (refusal) {
    return callFailure(refusal, attempt)
  }
  return older.pop()!
}

/** @throws MillraceError MR_STATE_CORRUPT unless all that was shown since `older` can be taken back, or need not be */
export function demandRetraction({ plan, allowOlderCheckpoint }: JobSettings, damage: string, older: Manifest): void {
  const stays = allowOlderCheckpoint ? [] : keepsWhatItShowed(plan.graph)
  if (stays.length === 0) return
  throw new MillraceError(
    'MR_STATE_CORRUPT',
    `${damage} Checkpoint ${older.id} is older, but ${stays.join(', ')} cannot take back what was shown since: records would come twice. ` +
      'allowOlderCheckpoint: true permits that.',
  )
}

/** Sinks of which records count as shown once, and that cannot take any back. */
function keepsWhatItShowed({ nodes }: Graph): string[] {
  return nodes
    .filter(({ inputs, guarantee, kind }) => inputs.length > 0 && guarantee === 'exactly-once' && !RETRACTING_KINDS.has(kind))
    .map(({ name }) => `"${name}"`)
}
