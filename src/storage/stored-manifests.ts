/** What store and reader both read out of an environment. */
import type { Manifest } from '../checkpoint/manifest.ts'
import { CHECKPOINT_FORMAT_VERSION, decodeManifest } from '../checkpoint/manifest.ts'
import { MillraceError } from '../errors.ts'
import type { Environment } from './environment.ts'
import { MANIFESTS } from './environment.ts'

/** A checkpoint whose manifest cannot be read. */
export interface DamagedManifest {
  readonly id: number
  readonly error: MillraceError
}

/** All manifests of an environment, ascending by id. @throws MillraceError MR_STATE_INCOMPATIBLE */
export function loadManifests(environment: Environment): { readonly manifests: Manifest[]; readonly damaged: DamagedManifest[] } {
  const manifests: Manifest[] = []
  const damaged: DamagedManifest[] = []
  for (const key of [...environment.getKeys(MANIFESTS)]) {
    try {
      manifests.push(decodeManifest(environment.getBinary(key) ?? new Uint8Array(0), `checkpoint ${String(key[1])}`))
    } catch (error) {
      if (!(error instanceof MillraceError) || error.code !== 'MR_STATE_CORRUPT') throw error
      damaged.push({ id: Number(key[1]), error })
    }
  }
  return { manifests, damaged }
}

/** @throws MillraceError MR_STATE_INCOMPATIBLE */
export function checkFormat(bytes: Uint8Array, dir: string): { readonly savepoint: boolean } {
  let version: unknown
  let savepoint = false
  try {
    const format = JSON.parse(new TextDecoder().decode(bytes)) as { formatVersion?: unknown; savepoint?: unknown } | null
    version = format?.formatVersion
    savepoint = format?.savepoint === true
  } catch (cause) {
    throw new MillraceError('MR_STATE_CORRUPT', `The format record in ${dir} is damaged.`, { cause })
  }
  if (version !== CHECKPOINT_FORMAT_VERSION) {
    const message = `${dir} has format version ${String(version)}, this millrace reads version ${CHECKPOINT_FORMAT_VERSION}.`
    throw new MillraceError('MR_STATE_INCOMPATIBLE', message)
  }
  return { savepoint }
}
