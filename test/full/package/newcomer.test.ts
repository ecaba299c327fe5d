import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { projectRoot } from '../../package/project-root.ts'
import { emptyFolder, must } from './commands.ts'
import { nodeBinary, npmCli, removeToolchainAfterwards } from './toolchain.ts'

removeToolchainAfterwards()

/** Tests that a newcomer's machine runs here; the whole first tier runs once, on the Node that runs this. */
const SMOKE = ['dist/test/smoke.test.js', 'dist/test/ring', 'dist/test/codec', 'dist/test/storage']

/** What git would give to a newcomer, with the changes that are not committed yet. */
function checkout(): string {
  const folder = emptyFolder('checkout')
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: projectRoot,
    encoding: 'utf8',
  })
  for (const file of listed.split('\0').filter((name) => name !== '' && existsSync(join(projectRoot, name)))) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    cpSync(join(projectRoot, file), join(folder, file))
  }
  return folder
}

/** npm warns of the client of Kafka on older versions of Node.js: its types are needed here to compile, and only jobs that use it load it. */
function withoutPeers(installed: string): string {
  return installed.replaceAll(
    /npm warn EBADENGINE Unsupported engine \{\n.*package: '@platformatic\/[^}]*\}[^}]*\}\n(?:npm warn EBADENGINE \}\n)?/g,
    '',
  )
}

describe('npm ci, npm start and tests on a fresh checkout', () => {
  test.for([
    { node: '20.19.0', npm: '10', flags: [] as string[] },
    { node: '20', npm: '11', flags: ['--ignore-scripts'] },
    { node: '22', npm: '10', flags: ['--ignore-scripts'] },
    { node: '24', npm: '12', flags: ['--ignore-scripts'] },
    { node: '26', npm: '12', flags: [] },
  ])('Node $node, npm $npm $flags', async ({ node: nodeVersion, npm: npmVersion, flags }, { skip }) => {
    const node = await nodeBinary(nodeVersion)
    if (node === null) return skip(`no package of Node ${nodeVersion} for ${process.platform} ${process.arch}`)
    const cwd = checkout()
    const npm = [await npmCli(npmVersion)]
    const lockfile = readFileSync(join(cwd, 'package-lock.json'), 'utf8')

    const installed = await must(node, [...npm, 'ci', '--prefer-offline', ...flags], { cwd, node })
    expect(withoutPeers(installed)).not.toMatch(/allowScripts|install-scripts|EBADENGINE|deprecated/)
    expect(readFileSync(join(cwd, 'package-lock.json'), 'utf8')).toBe(lockfile)

    await must(node, [...npm, 'start', ...flags], { cwd, node })
    const tested = await must(node, [...npm, 'test', ...flags, '--', ...SMOKE], { cwd, node })
    expect(tested).toMatch(/\d+ passed, 0 failed/)
  })
})
