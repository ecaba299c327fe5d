import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

export { chunk, head, snapshots } from './plain-fixtures.ts'

/** A directory that goes with the test. */
export function temporaryDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'millrace-test-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}
