import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
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

test('the first job of the guide runs in an empty folder', async () => {
  const folder = emptyFolder('guide')
  const guide = readFileSync(join(projectRoot, 'docs', 'guide.md'), 'utf8')
  const files = [...guide.matchAll(/```ts (?:check|run) file=((?:flights|count|first)\.ts)\n([^]*?)```/g)]
  for (const [, name, code] of files) writeFileSync(join(folder, name!), code!)
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'board', private: true, type: 'module' }))
  await must('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', tarball], { cwd: folder })
  // As the guide says it, with the compiler and the types of this project.
  const flags = /npx tsc (.*) \*\.ts/.exec(guide)![1]!.split(' ')
  const types = ['--typeRoots', join(projectRoot, 'node_modules', '@types')]
  const sources = files.map(([, name]) => name!)
  await must(process.execPath, [join(projectRoot, 'node_modules', 'typescript', 'bin', 'tsc'), ...flags, ...types, ...sources], {
    cwd: folder,
  })
  const counted = await must(process.execPath, ['built/first.js'], { cwd: folder })
  expect(counted.trim().split('\n').toSorted()).toEqual(['EWR 1437', 'JFK 1443', 'LGA 1440'])
})

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
    // The page of the dashboard, as the server looks for it.
    expect(readdirSync(join(root, 'dist', 'ui'))).toContain('index.html')
  })
})
