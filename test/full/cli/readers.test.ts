import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { millrace } from '../../cli/spawn-command.ts'

test('a reader of standard output that leaves stops a job with a console sink, at once and without restarts', async () => {
  const job = fileURLToPath(new URL('./jobs/printing.js', import.meta.url))
  const { exitCode, stderr } = await millrace(['run', job, '--workers', '1'], { onStdout: (_text, command) => command.closeOutput() })
  expect(stderr).toMatch(/stopped after/)
  expect(stderr).not.toMatch(/restarting|MR_/)
  expect(exitCode).toBe(130)
})
