import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { runProcess } from '../harness/run-contender.ts'
import type { RecordOrder } from './record-process.ts'
import type { Recording } from './recording.ts'

const EXTENSION = extname(import.meta.url)
const PROBE = new URL('probe' + EXTENSION, import.meta.url).href
const ENTRY = fileURLToPath(new URL('record-process' + EXTENSION, import.meta.url))
const LIMIT_MS = 120_000

/** @param project folder of a built checkout */
export async function recordingOf(order: Omit<RecordOrder, 'file' | 'build'>, project: string): Promise<Recording> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-recording-'))
  try {
    const file = join(folder, 'recording.json')
    const build = pathToFileURL(join(project, 'dist') + '/').href
    const args = ['--import', PROBE, ENTRY, JSON.stringify({ ...order, build, file } satisfies RecordOrder)]
    await runProcess(
      { command: process.execPath, args },
      `${order.query} of ${project}`,
      LIMIT_MS + 1000 * (order.warmSeconds + order.seconds),
    )
    return JSON.parse(readFileSync(file, 'utf8')) as Recording
  } finally {
    rmSync(folder, { recursive: true })
  }
}
