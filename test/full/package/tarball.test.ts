import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { projectRoot } from '../../package/project-root.ts'
import { emptyFolder, must, run } from './commands.ts'
import { nodeBinary, removeToolchainAfterwards } from './toolchain.ts'

removeToolchainAfterwards()

const OTHER_NODES = ['20.19.0', '22', '24', '26'] as const

/** What a user would write; `run.js` ends with exit code 0 only if the package works. */
const CONSUMER: Readonly<Record<string, string>> = {
  'package.json': JSON.stringify({ name: 'consumer', private: true, type: 'module' }),
  'run.js': `
import { MillraceError } from 'millrace'
const error = new MillraceError('MR_OPTION_INVALID', 'x')
if (error.code !== 'MR_OPTION_INVALID' || !error.remedy) throw new Error('not the package')
console.log('done on ' + process.version)
`,
  'types.ts': `
import { MillraceError } from 'millrace'
const code: string = new MillraceError('MR_OPTION_INVALID', 'x').code
// @ts-expect-error there is no such code
new MillraceError('MR_NO_SUCH_CODE', 'x')
console.log(code)
`,
  'tsconfig.json': JSON.stringify({
    compilerOptions: { strict: true, module: 'nodenext', noEmit: true, types: [] },
    include: ['types.ts'],
  }),
}

async function pack(): Promise<string> {
  const folder = emptyFolder('pack')
  await must('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: projectRoot })
  const [tarball] = readdirSync(folder)
  return join(folder, tarball ?? 'nothing packed')
}

async function consumer(...flags: string[]): Promise<string> {
  const tarball = await pack()
  const folder = emptyFolder('consumer')
  mkdirSync(folder, { recursive: true })
  for (const [name, text] of Object.entries(CONSUMER)) writeFileSync(join(folder, name), text)
  await must('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', ...flags, tarball], { cwd: folder })
  return folder
}

describe('the packed package, installed in an empty folder', () => {
  test.each([{ flags: [] as string[] }, { flags: ['--ignore-scripts'] }])('runs a job, installed with $flags', async ({ flags }) => {
    const folder = await consumer(...flags)
    expect(await must(process.execPath, ['run.js'], { cwd: folder })).toContain(`done on ${process.version}`)
  })

  test.for(OTHER_NODES)('runs a job on Node %s', async (version, { skip }) => {
    const node = await nodeBinary(version)
    if (node === null) return skip(`no package of Node ${version} for ${process.platform} ${process.arch}`)
    const folder = await consumer('--ignore-scripts')
    expect(await must(node, ['run.js'], { cwd: folder, node })).toContain(`done on v${version}`)
  })

  test('holds JavaScript and declarations, no TypeScript source, no tests, and its papers', async () => {
    const root = join(await consumer('--ignore-scripts'), 'node_modules', 'millrace')
    const files = readdirSync(root, { recursive: true }).map(String)
    expect(files.filter((file) => /\.[cm]?ts$/.test(file) && !file.endsWith('.d.ts'))).toEqual([])
    expect(files.filter((file) => /^dist\/(test|bench|examples)/.test(file))).toEqual([])
    for (const paper of ['README.md', 'LICENSE', 'CHANGELOG.md']) expect(existsSync(join(root, paper)), paper).toBe(true)
  })

  test('has types that a strict consumer compiles against', async () => {
    const folder = await consumer('--ignore-scripts')
    const tsc = join(projectRoot, 'node_modules', 'typescript', 'bin', 'tsc')
    expect(await run(process.execPath, [tsc, '-p', folder], { cwd: folder })).toEqual({ status: 0, output: '' })
  })
})
