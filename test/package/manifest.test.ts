import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { projectRoot } from './project-root.ts'

interface Locked {
  readonly version?: string
  readonly integrity?: string
  readonly resolved?: string
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const readJson = <T>(name: string): T => JSON.parse(readFileSync(join(projectRoot, name), 'utf8')) as T
const locked = readJson<{ packages: Record<string, Locked> }>('package-lock.json').packages
const manifest = readJson<{ scripts: Record<string, string>; files: string[]; engines: { node: string } }>('package.json')

test('the lockfile names the packages of every platform, so that npm ci accepts it everywhere', () => {
  const missing = Object.entries(locked).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter((name) => !(`node_modules/${name}` in locked) && !(`${path}/node_modules/${name}` in locked))
      .map((name) => `${path} -> ${name}`),
  )
  expect(missing).toEqual([])
})

test('the lockfile holds no address, and an integrity for every package', () => {
  const packages = Object.entries(locked).filter(([path]) => path !== '')
  expect(packages.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path)).toEqual([])
  expect(packages.filter(([, { integrity }]) => !integrity?.startsWith('sha512-')).map(([path]) => path)).toEqual([])
})

test('no script relies on another by the pre and post names that --ignore-scripts leaves out', () => {
  const names = Object.keys(manifest.scripts)
  const hooks = names.filter(
    (name) => /^(pre|post)(install|prepare|publish|pack)?/.test(name) && names.includes(name.replace(/^(pre|post)/, '')),
  )
  expect(hooks).toEqual([])
  expect(names).not.toContain('prepare')
  expect(names).not.toContain('postinstall')
  expect(manifest.scripts.start).toMatch(/^node scripts\/prune-dist\.js && tsc .* && node dist\//)
  expect(manifest.scripts.test).toMatch(/^node scripts\/prune-dist\.js && tsc .* && vitest run/)
})
