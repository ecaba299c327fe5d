/** What store and reader both read out of an environment. */
import type { Manifest } from '../checkpoint/manifest.ts'
import { CHECKPOINT_FORMAT_VERSION, decodeManifest } from '../checkpoint/manifest.ts'
import { MillraceError } from '../errors.ts'
import type { Environment } from './environment.ts'
import { MANIFESTS } from './environment.ts'

/** All manifests of an environment, ascending by id. */
export function loadManifests(environment: Environment): Manifest[] {
  const manifests: Manifest[] = []
  for (const { key, value } of environment.getRange(MANIFESTS)) manifests.push(decodeManifest(value, `checkpoint ${String(key[1])}`))
  return manifests
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
