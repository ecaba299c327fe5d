/** Whether a checkpoint fits a job, and what of it the job takes. */
import { MillraceError } from '../errors.ts'
import { isTime, operatorOfChunk } from './chunk-name.ts'
import type { JobIdentity, ManifestOperator } from './job-identity.ts'
import type { ChunkRef, Manifest } from './manifest.ts'

export interface FitOptions {
  /** State of operators that the job no longer has is left behind. */
  readonly allowRemovedState: boolean
  /** It may have been written under another name of the job: for savepoints. */
  readonly anyJob?: boolean
}

/**
 * The checkpoint as the job takes it: operators are matched by their names. Those that are new begin without state.
 *
 * @throws MillraceError MR_STATE_INCOMPATIBLE that says what does not fit
 */
export function fitToJob(manifest: Manifest, job: JobIdentity, { allowRemovedState, anyJob = false }: FitOptions): Manifest {
  const equal = anyJob ? (['keyHashVersion', 'keyGroups'] as const) : (['jobName', 'keyHashVersion', 'keyGroups'] as const)
  for (const field of equal) {
    if (manifest[field] !== job[field])
      refuse(`Checkpoint ${manifest.id} has ${field}=${manifest[field]}, but the job has ${field}=${job[field]}.`)
  }
  if (manifest.graphFingerprint === job.graphFingerprint) return manifest
  const fates = fatesOf(manifest, job)
  const removed = [...fates].filter(([, { fate }]) => fate === 'removed').map(([name, { why }]) => `"${name}" (${why})`)
  if (removed.length > 0 && !allowRemovedState)
    refuse(
      `Checkpoint ${manifest.id} holds state that the job has no place for: ${removed.join(', ')}. allowRemovedState leaves it behind.`,
    )
  const keeps = ({ key }: ChunkRef): boolean => fates.get(operatorOfChunk(key))!.fate === 'kept'
  return { ...manifest, actors: manifest.actors.map((actor) => ({ ...actor, chunks: actor.chunks.filter(keeps) })) }
}

interface Fate {
  readonly fate: 'kept' | 'removed' | 'dropped'
  readonly why: string
}

/** Of every operator that has chunks. */
function fatesOf(manifest: Manifest, job: JobIdentity): Map<string, Fate> {
  const before = new Map(manifest.operators.map((operator) => [operator.name, operator]))
  const now = new Map(job.operators.map((operator) => [operator.name, operator]))
  const fates = new Map<string, Fate>()
  for (const { key } of manifest.actors.flatMap(({ chunks }) => chunks)) {
    const name = operatorOfChunk(key)
    const fate = fateOf(before.get(name), now.get(name))
    // How far an operator was in time is no state to be asked about.
    if (fate.fate === 'kept' || !isTime(key)) fates.set(name, fate)
    else if (!fates.has(name)) fates.set(name, { ...fate, fate: 'dropped' })
  }
  return fates
}

function fateOf(before: ManifestOperator | undefined, now: ManifestOperator | undefined): Fate {
  const removed = (why: string): Fate => ({ fate: 'removed', why })
  if (now === undefined) return removed('there is no such operator')
  if (before?.kind !== now.kind) return removed(`it was of kind ${before?.kind ?? 'unknown'} and is of kind ${now.kind}`)
  // Names by default are numbers in the order of the graph, and that has changed.
  if (!now.isNamed)
    return removed('the operators changed, and this one has no name of its own: give it that name, to say that it is the same')
  return { fate: 'kept', why: '' }
}

function refuse(message: string): never {
  throw new MillraceError('MR_STATE_INCOMPATIBLE', message)
}
