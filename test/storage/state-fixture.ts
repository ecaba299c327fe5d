import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

/** Unpacks the state directory that release 0.1.0 wrote. See test/fixtures/README.md. */
export function unpackState(dir: string): string {
  const state = join(dir, 'state')
  mkdirSync(join(state, 'checkpoints'), { recursive: true, mode: 0o700 })
  const packed = readFileSync(new URL('../../../test/fixtures/state-0.1.0.mdb.gz', import.meta.url))
  writeFileSync(join(state, 'checkpoints', 'data.mdb'), gunzipSync(packed))
  // A reader alone makes no lock file.
  writeFileSync(join(state, 'checkpoints', 'lock.mdb'), '')
  return state
}
