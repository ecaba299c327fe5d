import { mkdirSync } from 'node:fs'
import { open } from 'lmdb'
import type { RootDatabase } from 'lmdb'

/** Keys are bytes, as text in latin1. */
export type WorkingEnvironment = RootDatabase<Buffer, string>

const latin1Keys = {
  /** Returns where the key ends. */
  writeKey(key: string, target: Uint8Array, start: number): number {
    if (start + key.length > target.length) throw new RangeError('no room for the key')
    return start + Buffer.prototype.latin1Write.call(target, key, start)
  },
  readKey(source: Uint8Array, start: number, end: number): string {
    return Buffer.prototype.latin1Slice.call(source, start, end)
  },
}

/** A new database in a folder of its own. Nothing in it outlives the process, so the disk is not waited for. */
export function openWorkingEnvironment(path: string): WorkingEnvironment {
  mkdirSync(path, { recursive: true })
  const options = {
    path,
    noSubdir: false,
    encoding: 'binary',
    keyEncoder: latin1Keys,
    overlappingSync: false,
    noSync: true,
    noMemInit: true,
    permissionsMode: 0o600,
    maxDbs: 1,
    maxReaders: 64,
  } as const
  return open<Buffer, string>(options)
}
