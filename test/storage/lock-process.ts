/** Run by state-lock.test: takes the lock and keeps it. `block` also keeps the event loop busy. */
import { writeSync } from 'node:fs'
import { lockStateDir } from '../../src/storage/state-lock.ts'

try {
  const lock = await lockStateDir(process.argv[2]!, (process.argv[4] ?? process.platform) as NodeJS.Platform)
  writeSync(1, 'locked\n')
  if (process.argv[3] === 'block') for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  if (process.argv[3] === 'leave') process.exitCode = 3
  else if (process.argv[3] === 'release') await lock.release()
  else setInterval(() => undefined, 1000)
} catch (error) {
  writeSync(1, `${(error as { code: string }).code} ${(error as Error).message}\n`)
}
