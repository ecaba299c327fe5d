import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { millrace } from '../../cli/spawn-command.ts'

test.each(['printing', 'streaming'])(
  'a reader of standard output that leaves stops a job that is %s to it, at once and without restarts',
  async (name) => {
    const job = fileURLToPath(new URL(`./jobs/${name}.js`, import.meta.url))
    const { exitCode, stderr } = await millrace(['run', job, '--workers', '1'], { onStdout: (_text, command) => command.closeOutput() })
    expect(stderr).toMatch(/stopped after/)
    expect(stderr).not.toMatch(/restarting|MR_|Error|    at /)
    expect(exitCode).toBe(130)
  },
)
