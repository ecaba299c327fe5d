/**
 * The manifest: what one complete checkpoint consists of. It is written in the same transaction as its chunks, so that a manifest
 * that can be read vouches for chunks that are there. Stored as one line of JSON (UTF-8), so that it can be read without millrace, and a
 * second line with its CRC-32 in hexadecimal.
 */
import { crc32 } from 'node:zlib'
import { MillraceError } from '../errors.ts'
import { CHECKPOINT_CHUNK_BYTES_MAX } from '../limits.ts'
import type { JobIdentity } from './job-identity.ts'

const CHECKSUM_DIGITS = 8

/** Version of the directory's layout and of the manifest. */
export const CHECKPOINT_FORMAT_VERSION = 1

/**
 * `complete`: a consistent cut of a running job. `finished`: the state after the last record, nothing is left to do.
 */
export type CheckpointStatus = 'complete' | 'finished'

/** Names one actor: a task and the index of the parallel instance. */
export interface ActorName {
  readonly task: string
  readonly index: number
}

/** A piece of one actor's snapshot. `bytes` is one encoded value; `checksum` is the CRC-32 of it, made where it was encoded. */
export interface Chunk {
  readonly key: string
  readonly bytes: Uint8Array
  readonly checksum: number
  /** Id of a complete checkpoint: this one goes behind the actor's chunks of the same key in it. Without bytes it only stands for those. */
  readonly since?: number
}

/** Where a chunk lies: `checkpoint` wrote it as its `ordinal`-th. Later checkpoints may refer to chunks of earlier ones. */
export interface ChunkRef {
  readonly key: string
  readonly checkpoint: number
  readonly ordinal: number
  readonly byteLength: number
  readonly checksum: number
}

export interface ManifestActor extends ActorName {
  /** True if the actor had ended before this checkpoint: it is restored as ended. */
  readonly finished: boolean
  readonly chunks: readonly ChunkRef[]
}

/** What the control thread knows about a checkpoint; the storage thread adds the chunks. */
export interface ManifestHead extends JobIdentity {
  /** Above 0, greater than every id that was used in this directory. */
  readonly id: number
  /** Name of the chain of checkpoints that this one continues. */
  readonly lineage: string
  readonly status: CheckpointStatus
  /** Milliseconds since the epoch. */
  readonly createdMs: number
  /** The savepoint that the lineage began from: its lineage and id. */
  readonly origin?: string
}

export interface Manifest extends ManifestHead {
  readonly formatVersion: number
  readonly actors: readonly ManifestActor[]
}

export function encodeManifest(manifest: Manifest): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(manifest))
  return Buffer.concat([json, Buffer.from(`\n${checksumText(json)}`)])
}

function checksumText(json: Uint8Array): string {
  return crc32(json).toString(16).padStart(CHECKSUM_DIGITS, '0')
}

/**
 * @param what names the manifest in errors, such as `checkpoint 7`
 * @throws MillraceError MR_STATE_CORRUPT if it is no manifest, MR_STATE_INCOMPATIBLE if it is one of another format version
 */
export function decodeManifest(bytes: Uint8Array, what = 'a checkpoint'): Manifest {
  const end = bytes.lastIndexOf(10)
  const json = end === -1 ? bytes : bytes.subarray(0, end)
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json))
  } catch (cause) {
    throw new MillraceError('MR_STATE_CORRUPT', `The manifest of ${what} is not valid JSON.`, { cause })
  }
  const version = isRecord(value) ? value['formatVersion'] : undefined
  if (Number.isInteger(version) && version !== CHECKPOINT_FORMAT_VERSION) {
    throw new MillraceError(
      'MR_STATE_INCOMPATIBLE',
      `${what} has format version ${String(version)}, this millrace reads version ${CHECKPOINT_FORMAT_VERSION}.`,
    )
  }
  const sum = new TextDecoder().decode(bytes.subarray(json.length + 1))
  const wrong = sum === checksumText(json) ? findWrong(value) : 'it does not match its checksum'
  if (wrong) throw new MillraceError('MR_STATE_CORRUPT', `The manifest of ${what} is damaged: ${wrong}.`)
  return value as Manifest
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
const isText = (value: unknown) => typeof value === 'string'
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0
const isOperator = (value: unknown) =>
  isRecord(value) && isText(value['name']) && isText(value['kind']) && typeof value['isNamed'] === 'boolean'
const isPositive = (value: unknown) => isCount(value) && value > 0

const HEAD: Readonly<Record<keyof ManifestHead, (value: unknown) => boolean>> = {
  id: isPositive,
  lineage: isText,
  status: (value) => value === 'complete' || value === 'finished',
  createdMs: Number.isFinite,
  jobName: isText,
  graphFingerprint: isText,
  keyHashVersion: isCount,
  keyGroups: isPositive,
  operators: (value) => Array.isArray(value) && value.every(isOperator),
  origin: (value) => value === undefined || isText(value),
}

/** Undefined if the value is a manifest, otherwise what is wrong with it. */
function findWrong(value: unknown): string | undefined {
  if (!isRecord(value)) return 'it is no object'
  if (value['formatVersion'] !== CHECKPOINT_FORMAT_VERSION) return 'formatVersion is missing'
  for (const [field, holds] of Object.entries(HEAD)) if (!holds(value[field])) return `${field} is ${JSON.stringify(value[field])}`
  const { actors, id } = value
  if (!Array.isArray(actors)) return 'actors is no list'
  const names = new Set<string>()
  for (const actor of actors as unknown[]) {
    if (!isRecord(actor) || !isText(actor['task']) || !isCount(actor['index'])) return 'an actor has no name'
    const name = `${actor['task'] as string}#${actor['index']}`
    if (names.has(name)) return `actor ${name} occurs twice`
    names.add(name)
    if (typeof actor['finished'] !== 'boolean' || !Array.isArray(actor['chunks'])) return `actor ${name} is incomplete`
    for (const chunk of actor['chunks'] as unknown[]) if (!isChunkRef(chunk, id as number)) return `a chunk of actor ${name} is damaged`
  }
  return undefined
}

function isChunkRef(value: unknown, id: number): boolean {
  if (!isRecord(value) || !isText(value['key'])) return false
  const { checkpoint, ordinal, byteLength, checksum } = value
  if (!isCount(checkpoint) || checkpoint < 1 || checkpoint > id || !isCount(ordinal)) return false
  return isCount(byteLength) && byteLength <= CHECKPOINT_CHUNK_BYTES_MAX && isCount(checksum) && checksum <= 0xffff_ffff
}
