import { CheckpointCoordinator } from '../checkpoint/coordinator.ts'
import { fitToJob } from '../checkpoint/fit.ts'
import type { JobIdentity } from '../checkpoint/job-identity.ts'
import type { Manifest } from '../checkpoint/manifest.ts'
import { MillraceError } from '../errors.ts'
import type { ControlToStorage, StorageToControl } from '../storage/protocol.ts'
import type { Deployment } from '../worker/deployment.ts'
import type { Lineage } from './commit-order.ts'
import { demandRetraction } from './fall-back.ts'
import type { JobSettings } from './master-host.ts'

/** How a run begins. */
export interface Beginning {
  /** What the first attempt goes on from, unless an order makes it. */
  readonly restore: Manifest | null
  /** What there is instead if that turns out to be damaged, ascending by id. */
  readonly older: Manifest[]
  readonly lineage: Lineage
  /** Of the first checkpoint that the run itself takes. */
  readonly firstId: number
  /** For the storage thread before the first attempt, one after the other; what was given is taken out. */
  readonly orders: ControlToStorage[]
}

type Opened = Pick<StorageToControl & { type: 'opened' }, 'checkpoints' | 'damaged' | 'firstId' | 'lineage' | 'from'>

/**
 * From the newest checkpoint of the directory; where there is none to go on from, with the savepoint that was given, or anew. A run that began with a savepoint
 * goes on from its own checkpoints when the same command is given again.
 *
 * @throws MillraceError MR_STATE_INCOMPATIBLE, MR_STATE_DIR_INVALID
 */
export function planBeginning({ checkpoints, damaged, firstId, from, ...opened }: Opened, settings: JobSettings, nowMs: number): Beginning {
  const { identity, fresh, allowRemovedState } = settings
  const newest = checkpoints.at(-1) ?? null
  if (!fresh && damaged.some((id) => id > (newest?.id ?? 0))) demandUsable(damaged, newest, settings)
  // A finished run is not gone on with: the same command begins again.
  if (newest !== null && newest.status !== 'finished' && !fresh) {
    checkOrigin(newest, from)
    const fit = (manifest: Manifest): Manifest => fitToJob(manifest, identity, { allowRemovedState })
    const older = checkpoints.filter(({ id, lineage }) => id < newest.id && lineage === newest.lineage).map(fit)
    return { restore: fit(newest), older, lineage: newest, firstId, orders: [] }
  }
  // What a fresh start passes over is gone before a sink touches anything outside: nobody may go on from it after a crash.
  const forget: ControlToStorage[] = fresh && (newest !== null || damaged.length > 0) ? [{ type: 'forget' }] : []
  const lineage = `${identity.jobName}-${opened.lineage}`
  if (from === null) return { restore: null, older: [], lineage: { lineage }, firstId, orders: forget }
  fitSavepoint(from, identity, allowRemovedState)
  const origin = originOf(from)
  const head = { id: firstId, lineage, createdMs: nowMs, origin, jobName: identity.jobName }
  return { restore: null, older: [], lineage: { lineage, origin }, firstId: firstId + 1, orders: [...forget, { type: 'import', head }] }
}

/** What all attempts of the process have in common. */
export function deployedWith({ lineage: { lineage }, firstId }: Beginning): Pick<Deployment, 'lineage' | 'firstCheckpoint'> {
  return { lineage, firstCheckpoint: firstId }
}

export function coordinatorOf(settings: JobSettings, firstId: number): CheckpointCoordinator {
  return new CheckpointCoordinator({
    firstId,
    intervalMs: settings.checkpointIntervalMs,
    timeoutMs: settings.checkpointTimeoutMs,
    minPauseMs: settings.checkpointMinPauseMs,
  })
}

/** A savepoint, as a job takes it: it may be of another name. */
export function fitSavepoint(savepoint: Manifest, identity: JobIdentity, allowRemovedState: boolean): Manifest {
  return fitToJob(savepoint, identity, { allowRemovedState, anyJob: true })
}

function originOf({ lineage, id, createdMs }: Manifest): string {
  return `${lineage}/${id}@${createdMs}`
}

/** The newest manifests cannot be read. */
function demandUsable(damaged: readonly number[], newest: Manifest | null, settings: JobSettings): void {
  const damage = `The manifest of checkpoint ${damaged.at(-1)} is damaged.`
  if (newest === null) throw new MillraceError('MR_STATE_CORRUPT', damage)
  demandRetraction(settings, damage, newest)
}

function checkOrigin(newest: Manifest, from: Manifest | null): void {
  if (from === null || newest.origin === originOf(from)) return
  throw new MillraceError(
    'MR_STATE_DIR_INVALID',
    `The state directory holds checkpoints of a run that did not begin with savepoint ${originOf(from)}. Choose another stateDir, or give fresh: true to lose them.`,
  )
}
