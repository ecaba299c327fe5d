import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { job, millrace, temporaryDir } from './spawn-command.ts'

test.each([
  ['an unknown command', ['rum'], "unknown command 'rum' (Did you mean run?)"],
  ['an unknown option', ['run', '--worker', '2', 'x.js'], "unknown option '--worker' (Did you mean --workers?)"],
  ['an option of another command', ['graph', '--fresh', 'x.js'], "unknown option '--fresh'"],
  ['a missing job', ['run'], "missing required argument 'job'"],
  ['one argument too many', ['graph', 'a.js', 'b.js'], "too many arguments for 'graph'"],
  ['workers that are no number', ['run', '--workers', 'many', 'x.js'], "'many' is invalid"],
  ['no workers', ['run', '--workers', '0', 'x.js'], 'an integer from 1 to 256'],
  ['a state directory without a name', ['run', '--state', '', 'x.js'], 'It takes the path of a directory'],
  ['an interval that is none', ['run', '--checkpoint-interval', '0', 'x.js'], 'at least 1'],
  ['no checkpoint to stay', ['run', '--checkpoints-retained', '0', 'x.js'], 'an integer, 1 or more'],
  ['a job that is not there', ['run', 'nowhere.js'], 'there is no job module'],
  ['configuration without a value', ['run', job('orders'), '--config', 'count'], '--config takes key=value, not "count"'],
  ['configuration given twice', ['run', job('orders'), '--config', 'a=1', '--config', 'a=2'], '--config a is given twice'],
  ['a configuration file that is not there', ['run', job('orders'), '--config-file', 'no.json'], '--config-file no.json cannot be read'],
  ['an unknown outlet', ['run', job('orders'), '--outlet', 'sums'], 'no outlet "sums"; it has perShop, top'],
  ['a frame file that is not there', ['frame', 'nowhere'], 'there is no file or folder nowhere'],
])('%s is one line on standard error, and exit code 2', async (_, args, message) => {
  const { exitCode, stdout, stderr } = await millrace(args)
  expect(stderr).toMatch(/^millrace: [^\n]*\n$/)
  expect(stderr).toContain(message)
  expect(stdout).toBe('')
  expect(exitCode).toBe(2)
})

test('a configuration that the schema refuses is bad usage, with a hint about strings', async () => {
  const { exitCode, stderr } = await millrace(['run', job('orders'), '--config', 'count=many'])
  expect(stderr).toMatch(/^MR_CONFIG_INVALID: .*\n {2}count: /)
  expect(stderr).toContain('--config-file takes any JSON')
  expect(stderr).toContain('docs/errors.md#mr_config_invalid')
  expect(exitCode).toBe(2)
})

test.each([[[]], [['run']], [['graph']], [['explain']], [['frame']], [['doctor']]])('--help of %j', async (command) => {
  const { exitCode, stdout, stderr } = await millrace([...command, '--help'])
  expect(stdout).toMatch(new RegExp(`^Usage: millrace ${command.join('')}`))
  expect(stderr).toBe('')
  expect(exitCode).toBe(0)
})

test('without a command the help says what there is, with exit code 2', async () => {
  const { exitCode, stderr } = await millrace([])
  expect(stderr).toContain('doctor')
  expect(exitCode).toBe(2)
})

test('--version prints the version', async () => {
  expect((await millrace(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
})

const runsTypeScript = Boolean((process.features as { typescript?: unknown }).typescript)

test('a TypeScript job on a Node.js that does not run it is refused before anything is imported', async (context) => {
  if (runsTypeScript) context.skip('this Node.js runs TypeScript')
  const file = join(temporaryDir(), 'job.ts')
  writeFileSync(file, `import { nothing } from './not-there.ts'\nexport default nothing as never\n`)
  const { exitCode, stderr } = await millrace(['run', file])
  expect(stderr).toMatch(/^MR_JOB_TYPESCRIPT_UNSUPPORTED: /)
  expect(exitCode).toBe(2)
})

test('a module that throws or exports no job fails with its code', async () => {
  const dir = temporaryDir()
  writeFileSync(join(dir, 'throws.mjs'), `throw new TypeError('broken')`)
  writeFileSync(join(dir, 'nothing.mjs'), `export default 7`)
  const throwing = await millrace(['graph', join(dir, 'throws.mjs')])
  expect(throwing.stderr).toMatch(/^MR_JOB_LOAD_FAILED: [^\n]*\n {2}caused by TypeError: broken\n/)
  expect(throwing.exitCode).toBe(1)
  const nothing = await millrace(['explain', join(dir, 'nothing.mjs')])
  expect(nothing.stderr).toMatch(/^MR_JOB_INVALID: /)
  expect(nothing.exitCode).toBe(1)
})
