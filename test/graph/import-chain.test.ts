import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { importChain } from '../../src/graph/import-chain.ts'
import { circularLaunch } from '../../src/graph/nested-launch.ts'

/** @returns the folder that holds these files */
function project(files: Readonly<Record<string, string>>): string {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'millrace-imports-')))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true })
    writeFileSync(join(dir, name), text)
  }
  return dir
}

function chainOf(files: Readonly<Record<string, string>>, from: string, to: string): readonly string[] | null {
  const dir = project(files)
  return importChain(pathToFileURL(join(dir, from)).href, join(dir, to))?.map((path) => path.slice(dir.length + 1)) ?? null
}

test.each([
  ["import 'y'", `import './lib/b.js'`],
  ["import x from 'y'", `import x, { a as b } from './lib/b.js'`],
  ['several lines', `import {\n  a,\n  b,\n} from './lib/b.js'`],
  ["export * from 'y'", `export * from "./lib/b.js"`],
  ['import()', `const b = await import('./lib/b.js')`],
  ['require', `const b = require('./lib/b')`],
  ['minified', `import{a}from"./lib/b.js";export{a}`],
])('a chain by way of %s', (_, text) => {
  const files = { 'job.js': `import 'node:fs'\n${text}\n`, 'lib/b.js': `export { x } from '../app.js'\n`, 'app.js': '' }
  expect(chainOf(files, 'job.js', 'app.js')).toEqual(['job.js', 'lib/b.js', 'app.js'])
})

test('TypeScript: chains of .ts modules, without imports of types', () => {
  const b = `import { x } from './app.ts'\nexport const y = x\n`
  expect(chainOf({ 'job.ts': `import { y } from './b.ts'`, 'b.ts': b, 'app.ts': '' }, 'job.ts', 'app.ts')).toEqual([
    'job.ts',
    'b.ts',
    'app.ts',
  ])
  expect(chainOf({ 'job.ts': `import type { Y } from './b.ts'`, 'b.ts': b, 'app.ts': '' }, 'job.ts', 'app.ts')).toBeNull()
})

test('the shortest of several chains, circles and missing modules aside; comments import nothing', () => {
  const files = {
    'job.js': `import './a.js'\nimport './c.js'\nimport './missing.js'`,
    'a.js': `import './b.js'\nimport './job.js'`,
    'b.js': `import './app.js'`,
    'c.js': `import './app.js'`,
    'd.js': `// import './app.js'\n/* import './app.js' */`,
    'app.js': '',
  }
  expect(chainOf(files, 'job.js', 'app.js')).toEqual(['job.js', 'c.js', 'app.js'])
  expect(chainOf(files, 'd.js', 'app.js')).toBeNull()
  expect(chainOf(files, 'app.js', 'app.js')).toEqual(['app.js'])
})

test('an app that is evaluated before its job, since they import each other, is told from other errors', () => {
  const circle = project({
    'job.mjs': `import './app.mjs'\nexport default {}`,
    'app.mjs': `import job from './job.mjs'\nconst launch = () => {}\nlaunch(job)`,
    'other.mjs': `import './broken.mjs'`,
    'broken.mjs': `const launch = () => {}\nlaunch(missing)`,
  })
  const load = (name: string) => {
    const jobUrl = pathToFileURL(join(circle, name)).href
    // In a process of its own: test runners load modules in their own way.
    const program = `import(${JSON.stringify(jobUrl)}).catch((error) => console.log(JSON.stringify([error.message, error.stack])))`
    const [message, stack] = JSON.parse(execFileSync(process.execPath, ['-e', program], { encoding: 'utf8' })) as [string, string]
    return circularLaunch(Object.assign(new ReferenceError(message), { stack }), { role: 'control', jobUrl })
  }
  const error = load('job.mjs')
  expect(error).toMatchObject({ code: 'MR_LAUNCH_IN_WORKER', cause: { name: 'ReferenceError' } })
  expect(error!.message).toContain(`${join(circle, 'job.mjs')} -> ${join(circle, 'app.mjs')}.`)
  expect(load('other.mjs')).toBeNull()
})
