import { open } from '../lmdb/open.ts'
import type { RootDatabase } from 'lmdb'
import { makeDirectory } from '../../core/make-directory.ts'
import { MillraceError } from '../../errors.ts'
import type { TableKey, TableKeyPart } from '../../state/tables/table-store.ts'
import { type Access, checkDatabaseFiles } from '../database-files.ts'
import { syncDirectory } from '../sync-path.ts'

/** Readers at a time, of all processes. */
const READERS_MAX = 256

export type TableEnvironment = RootDatabase<Uint8Array, TableKeyPart[]>

/**
 * The database of a table, in a folder of its own; see openEnvironment for the options.
 *
 * @throws MillraceError MR_PATH_UNUSABLE
 */
export function openTableEnvironment(path: string, access: Access): TableEnvironment {
  try {
    if (access === 'read-write') makeDirectory(path)
    const isNew = checkDatabaseFiles(path, access, 'trusted')
    const options = { path, noSubdir: false, encoding: 'binary', overlappingSync: false, maxDbs: 1, maxReaders: READERS_MAX } as const
    const environment = open<Uint8Array, TableKeyPart[]>({ ...options, readOnly: access === 'read-only' })
    if (isNew && access === 'read-write') syncDirectory(path, 2)
    return environment
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new MillraceError('MR_PATH_UNUSABLE', `The table in ${path} cannot be opened: ${why}`, { cause })
  }
}

/** LMDB's types want keys that may be changed. */
export const lmdbKey = (key: TableKey): TableKeyPart[] => key as TableKeyPart[]
