import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { projectRoot } from '../../package/project-root.ts'
import { type Ended, emptyFolder, must, run } from './commands.ts'
import { consumerFiles } from './consumer.ts'
import { nodeBinary, removeToolchainAfterwards } from './toolchain.ts'

removeToolchainAfterwards()

const packFolder = mkdtempSync(join(tmpdir(), 'millrace-pack-'))
let tarball = ''

beforeAll(async () => {
  await must('npm', ['pack', '--ignore-scripts', '--pack-destination', packFolder], { cwd: projectRoot })
  tarball = join(packFolder, readdirSync(packFolder)[0] ?? 'nothing was packed')
})
afterAll(() => rmSync(packFolder, { recursive: true, force: true }))

/** An empty folder with a job in TypeScript, the package installed from its tarball. */
async function consumer(...flags: string[]): Promise<string> {
  const folder = emptyFolder('consumer')
  for (const [name, text] of Object.entries(consumerFiles(join(projectRoot, 'node_modules', '@types'))))
    writeFileSync(join(folder, name), text)
  await must('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', ...flags, tarball], { cwd: folder })
  return folder
}

function compile(folder: string): Promise<Ended> {
  return run(process.execPath, [join(projectRoot, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', folder], { cwd: folder })
}

describe('the packed package, installed in an empty folder', () => {
  test.for([{ flags: [] as string[] }, { flags: ['--ignore-scripts'] }])(
    'runs a compiled job, installed with $flags',
    async ({ flags }) => {
      const folder = await consumer(...flags)
      expect(await compile(folder)).toEqual({ status: 0, output: '' })
      expect(await must(process.execPath, ['built/main.js'], { cwd: folder })).toContain(`done on ${process.version}`)
    },
  )

  test.for(['20.19.0', '22', '24', '26'])('runs a compiled job on Node %s', async (version, { skip }) => {
    const node = await nodeBinary(version)
    if (node === null) return skip(`no package of Node ${version} for ${process.platform} ${process.arch}`)
    const folder = await consumer('--ignore-scripts')
    expect(await compile(folder)).toEqual({ status: 0, output: '' })
    expect(await must(node, ['built/main.js'], { cwd: folder, node })).toContain(`done on v${version}`)
  })

  test.for(['22.18.0', '24', '26'])('runs a job in TypeScript as it is on Node %s', async (version, { skip }) => {
    const node = await nodeBinary(version)
    if (node === null) return skip(`no package of Node ${version} for ${process.platform} ${process.arch}`)
    const folder = await consumer('--ignore-scripts')
    expect(await must(node, ['main.ts'], { cwd: folder, node })).toContain(`done on v${version}`)
  })

  test('holds JavaScript and declarations, no TypeScript source, no tests, and its papers', async () => {
    const root = join(await consumer('--ignore-scripts'), 'node_modules', 'millrace')
    const files = readdirSync(root, { recursive: true }).map(String)
    expect(files.filter((file) => /\.[cm]?ts$/.test(file) && !/\.d\.[cm]?ts$/.test(file))).toEqual([])
    expect(files.filter((file) => /^dist\/(test|bench|examples)/.test(file))).toEqual([])
    for (const paper of ['README.md', 'LICENSE', 'CHANGELOG.md']) expect(existsSync(join(root, paper)), paper).toBe(true)
  })
})
