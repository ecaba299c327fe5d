import { expect, test } from 'vitest'
import { cgroupCores } from '../../src/app/cgroup.ts'
import { type CheckResult, checkCodeGeneration, checkNode } from '../../src/cli/doctor/checks.ts'
import { doctorText } from '../../src/cli/doctor/doctor-command.ts'
import { millrace } from './spawn-command.ts'

test('doctor looks at this machine and finds that millrace runs', async () => {
  const { exitCode, stdout } = await millrace(['doctor'])
  for (const name of ['Node.js', 'SharedArrayBuffer', 'Atomics.waitAsync', 'lmdb']) expect(stdout).toMatch(new RegExp(`^ok +${name} `, 'm'))
  expect(stdout).not.toMatch(/^failed/m)
  expect(exitCode).toBe(0)
})

test('forbidden code generation and an unwritable folder for temporary files are found, with what to do', async () => {
  const { exitCode, stdout } = await millrace(['doctor', '--json'], {
    nodeArgs: ['--disallow-code-generation-from-strings'],
    env: { TMPDIR: '/nowhere' },
  })
  const results = JSON.parse(stdout) as CheckResult[]
  expect(results.find(({ name }) => name === 'code generation')).toMatchObject({
    status: 'warning',
    remedy: expect.stringContaining('--disallow-code-generation') as string,
  })
  if (process.platform === 'win32') return
  expect(results.find(({ name }) => name === 'lmdb')).toMatchObject({
    status: 'failed',
    remedy: expect.stringContaining('TMPDIR') as string,
  })
  expect(exitCode).toBe(1)
})

test('old versions of Node.js fail', () => {
  expect(['18.20.0', '20.18.3', '20.19.0', '22.0.0', '24.1.0'].map((version) => checkNode(version).status)).toEqual([
    'failed',
    'failed',
    'ok',
    'ok',
    'ok',
  ])
})

test('the quota of a container in both forms of the kernel', () => {
  const files = (given: Readonly<Record<string, string>>) => (path: string) => given[path] ?? null
  expect(cgroupCores(files({ '/sys/fs/cgroup/cpu.max': '150000 100000\n' }))).toBe(1.5)
  expect(cgroupCores(files({ '/sys/fs/cgroup/cpu.max': 'max 100000\n' }))).toBeNull()
  expect(cgroupCores(files({ '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '200000', '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000' }))).toBe(2)
  expect(cgroupCores(files({ '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1', '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000' }))).toBeNull()
  expect(cgroupCores(files({}))).toBeNull()
})

test('a remedy stands below what it is about', () => {
  expect(doctorText([checkNode('24.0.0'), checkCodeGeneration(false)])).toMatch(
    /^ok {7}Node\.js .*\nwarning {2}code generation .*\n {9}Run without --disallow/,
  )
})
