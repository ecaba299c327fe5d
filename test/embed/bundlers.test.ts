import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { build as viteBuild } from 'vite'
import { projectRoot } from '../package/project-root.ts'
import { inTier } from '../tier.ts'

type Esbuild = (options: object) => Promise<{ readonly warnings: readonly { readonly text: string }[] }>

/** Comes with vite. */
const { build: esbuild } = createRequire(import.meta.resolve('vite'))('esbuild') as { build: Esbuild }
const sources = fileURLToPath(new URL('./bundled/', import.meta.url))
const SOURCES = ['app', 'job', 'worker', 'control', 'storage']
/** Piscina starts a file of its own, lmdb loads a native addon: neither can be moved into a bundle. */
const EXTERNAL = ['lmdb', 'piscina']
const RIGHT = JSON.stringify([
  ['word 0', 1667],
  ['word 1', 1667],
  ['word 2', 1666],
])

let project = ''

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'millrace-bundle-'))
  mkdirSync(join(project, 'node_modules'))
  writeFileSync(join(project, 'package.json'), JSON.stringify({ type: 'module' }))
  for (const name of EXTERNAL) symlinkSync(join(projectRoot, 'node_modules', name), join(project, 'node_modules', name), 'junction')
})

afterAll(() => rmSync(project, { recursive: true, force: true }))

const input = (names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, join(sources, `${name}.js`)]))

function runBundle(folder: string, name = 'app') {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(project, folder, `${name}.js`)], {
    encoding: 'utf8',
    timeout: 100_000,
  })
  return { status, stdout, stderr }
}

describe.each([
  ['one file an entry', false],
  ['shared chunks', true],
])('esbuild, %s', (_, splitting) => {
  test('bundles an app with all of millrace; it runs, and its result is right', async () => {
    const outdir = join(project, `esbuild-${splitting}`)
    const options = {
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      splitting,
      external: EXTERNAL,
      logLevel: 'silent',
      outdir,
    }
    const { warnings } = await esbuild({ ...options, entryPoints: input(SOURCES) })
    expect(warnings).toEqual([])
    expect(runBundle(`esbuild-${splitting}`)).toEqual({ status: 0, stdout: RIGHT, stderr: '' })
  })
})

test('esbuild without the dependencies: the app names only its job', async () => {
  symlinkSync(projectRoot, join(project, 'node_modules', 'millrace'), 'junction')
  const options = {
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'silent',
    outdir: join(project, 'beside'),
  }
  await esbuild({ ...options, entryPoints: input(['app-beside-millrace', 'job']) })
  expect(runBundle('beside', 'app-beside-millrace')).toEqual({ status: 0, stdout: RIGHT, stderr: '' })
})

test.each(inTier([], ['vite']))('%s bundles an app with all of millrace; it runs, and its result is right', async (outDir) => {
  const rollupOptions = { input: input(SOURCES), external: EXTERNAL, output: { entryFileNames: '[name].js' } }
  await viteBuild({
    root: project,
    configFile: false,
    logLevel: 'silent',
    ssr: { noExternal: true },
    build: { ssr: true, outDir, target: 'node20', rollupOptions },
  })
  expect(runBundle(outDir)).toEqual({ status: 0, stdout: RIGHT, stderr: '' })
})

test('a bundle that names no entries is told which one is missing, and what to do', async () => {
  const options = { bundle: true, platform: 'node', format: 'esm', external: EXTERNAL, logLevel: 'silent', outdir: join(project, 'lost') }
  await esbuild({ ...options, entryPoints: input(['app-beside-millrace', 'job']) })
  const { status, stderr } = runBundle('lost', 'app-beside-millrace')
  expect(status).toBe(1)
  expect(stderr).toContain('MR_ENTRY_MISSING')
  expect(stderr).toContain('workerEntry')
})
