/**
 * One way to open LMDB, and the keys in it.
 *
 * Options that matter: bytes only (`encoding: 'binary'`, lmdb carries a msgpackr of its own). No overlapping sync: it acknowledges
 * a commit before it is on disk, and never reports a failed flush; without it a commit that returns is durable and one that cannot
 * be flushed throws. No useWritemap: with it a full disk kills the process. The map grows by itself.
 */
import { join } from 'node:path'
import { open } from './lmdb/open.ts'
import type { RootDatabase } from 'lmdb'
import { MillraceError } from '../errors.ts'
import { WORKERS_MAX } from '../limits.ts'
import { checkDatabaseFiles } from './database-files.ts'
import type { Access } from './database-files.ts'
import { CHECKPOINTS_FOLDER } from './state-dir.ts'
import { syncDirectory } from './sync-path.ts'

/** Slots for readers: every worker, its successor after a crash, and some processes that look on. */
const READERS_MAX = 4 * WORKERS_MAX

/** Typed and bytes-only view of the database. */
export type Environment = RootDatabase<Uint8Array, (string | number)[]>

export const FORMAT_KEY: [string] = ['format']
/** Highest checkpoint id that may have been used. */
export const RESERVED_KEY: [string] = ['reserved']
/** What begins where no checkpoint is gone on from: see {@link BegunLineage}. */
export const LINEAGE_KEY: [string] = ['lineage']
/** Checkpoints that are not committed and have chunks here. */
export const STAGED_KEY: [string] = ['staged']
export const manifestKey = (id: number): [string, number] => ['manifest', id]
export const chunkKey = (checkpoint: number, ordinal: number): [string, number, number] => ['chunk', checkpoint, ordinal]
/** Range of all chunks, and of all manifests. */
export const CHUNKS = { start: ['chunk'] as (string | number)[], end: ['chunk', Infinity] as (string | number)[] }
export const MANIFESTS = { start: ['manifest'] as (string | number)[], end: ['manifest', Infinity] as (string | number)[] }

/**
 * @param dir real path of the state directory
 * @throws MillraceError MR_STATE_CORRUPT if the files are not those of LMDB, MR_STATE_DIR_INVALID if they cannot be opened
 */
export function openEnvironment(dir: string, access: Access): Environment {
  const path = join(dir, CHECKPOINTS_FOLDER)
  const isNew = checkDatabaseFiles(path, access, 'checked')
  const options = {
    path,
    noSubdir: false,
    encoding: 'binary',
    overlappingSync: false,
    permissionsMode: 0o600,
    maxDbs: 1,
    maxReaders: READERS_MAX,
  } as const
  try {
    const environment = open<Uint8Array, (string | number)[]>({ ...options, readOnly: access === 'read-only' })
    if (isNew && access === 'read-write') syncDirectory(path, 3)
    return environment
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : String(cause)
    if (/MDB_INVALID|MDB_CORRUPTED|MDB_PAGE_NOTFOUND/.test(text)) {
      throw new MillraceError('MR_STATE_CORRUPT', `The files in ${path} are damaged, or not those of a database.`, { cause })
    }
    if (/MDB_VERSION_MISMATCH/.test(text)) {
      throw new MillraceError('MR_STATE_INCOMPATIBLE', `The files in ${path} were written by another version of the database.`, { cause })
    }
    // What lmdb says when a write transaction could not begin.
    const refused = access === 'read-write' && /No transaction|Permission denied/.test(text)
    const hint = refused ? ' Its files are read-only, or a reader of this process was first.' : ''
    throw new MillraceError('MR_STATE_DIR_INVALID', `The database in ${path} cannot be opened.${hint}`, { cause })
  }
}

/**
 * Reads, and lets go of the snapshot that LMDB read from: one that is kept would show old data next time, and would keep the writer
 * from using freed pages.
 *
 * @throws MillraceError MR_STATE_CORRUPT if the database cannot be read
 */
export function reading<T>(environment: Environment, what: string, read: () => T): T {
  environment.resetReadTxn()
  try {
    return read()
  } catch (cause) {
    if (cause instanceof MillraceError) throw cause
    throw new MillraceError('MR_STATE_CORRUPT', `${what} cannot be read: the database is damaged.`, { cause })
  } finally {
    environment.resetReadTxn()
  }
}
