import { MillraceError } from '../errors.ts'
import type { StateSpec } from './state-specs.ts'

/** What a stored state says of itself: `type[+ttl]@version`. With `+ttl`, times are stored beside the values. */
export interface StateSignature {
  readonly type: string
  readonly timed: boolean
  readonly version: number
}

export function signatureOf({ stateType, options }: StateSpec<unknown>): string {
  return `${stateType}${options.ttl === undefined ? '' : '+ttl'}@${options.version ?? 1}`
}

/** @throws MillraceError MR_STATE_CORRUPT */
export function parseSignature(signature: string): StateSignature {
  const match = /^(value|list|map|reducing|aggregating)(\+ttl)?@(\d+)$/.exec(signature)
  if (match === null) throw new MillraceError('MR_STATE_CORRUPT', `a chunk of state says that it holds ${JSON.stringify(signature)}`)
  return { type: match[1]!, timed: match[2] !== undefined, version: Number(match[3]) }
}

/** How stored values of a signature become values of a specified state. */
export interface Loading {
  readonly timed: boolean
  readonly migrate: (value: unknown) => unknown
}

const asItIs = (value: unknown): unknown => value

/** @throws MillraceError MR_STATE_INCOMPATIBLE when the state cannot take them */
export function loadingFrom(stored: string, name: string, spec: StateSpec<unknown>): Loading {
  const { type, timed, version } = parseSignature(stored)
  const { version: wanted = 1, migrate } = spec.options
  if (type !== spec.stateType) {
    throw new MillraceError(
      'MR_STATE_INCOMPATIBLE',
      `the checkpoint has a ${type} as state "${name}", which is a ${spec.stateType} now: give the new state another name`,
    )
  }
  if (version === wanted) return { timed, migrate: asItIs }
  if (version > wanted || migrate === undefined) {
    throw new MillraceError(
      'MR_STATE_INCOMPATIBLE',
      `the checkpoint has version ${version} of state "${name}", this job has version ${wanted}${version > wanted ? '' : ': give the state a migrate(old, fromVersion)'}`,
    )
  }
  return { timed, migrate: (old) => migrate(old as never, version) }
}
