import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { projectRoot } from '../../package/project-root.ts'

const GOOD_PAGE = `# Title

A [page](docs/errors.md), a [heading](#title), a [heading there](docs/errors.md#error-codes), a [site](https://example.org).

\`\`\`ts check file=shape.ts
export interface Shape { readonly sides: number }
\`\`\`

\`\`\`ts run
import { MillraceError } from 'millrace'
import type { Shape } from './shape.ts'
const square: Shape = { sides: 4 }
if (square.sides !== 4) throw new MillraceError('MR_OPTION_INVALID', 'x')
\`\`\`

\`\`\`ts sketch
not code at all
\`\`\`

\`\`\`sh
also [not](a-link.md)
\`\`\`
`

/** A project of one page, with the documentation scripts and a built package in it. */
function project(page: string): {
  readonly folder: string
  readonly run: (script: string) => { status: number | null; problems: string[]; stderr: string }
} {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-docs-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const errors = `export const ERROR_CODES = { MR_OPTION_INVALID: 'Correct it.' }
export class MillraceError extends Error { constructor(code, message) { super(code + message) } }`
  const files = {
    'README.md': page,
    'src/errors.ts': '',
    'src/index.ts': "export { type Shape as Form, area } from './shape.ts'\n",
    'src/shape.ts': `interface Point { readonly x: number }
export interface Shape { readonly points: Point[] }
/** Its area. */
export const area = (shape: Shape): number => shape.points.length
/** Not said to anybody. */
export class Unseen { /** @internal */ secret = 1 }`,
    'package.json': JSON.stringify({
      name: 'millrace',
      type: 'module',
      exports: { '.': { types: './dist/src/index.d.ts', default: './dist/src/index.js' } },
    }),
    'dist/src/errors.js': errors,
    'dist/src/index.js': errors,
    'dist/src/index.d.ts': 'export declare class MillraceError extends Error { constructor(code: string, message: string) }',
  }
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
  mkdirSync(join(folder, 'docs'))
  for (const name of ['scripts/docs', 'tsconfig.json']) cpSync(join(projectRoot, name), join(folder, name), { recursive: true })
  symlinkSync(join(projectRoot, 'node_modules'), join(folder, 'node_modules'), 'junction')
  const run = (script: string) => {
    const { status, stderr } = spawnSync(process.execPath, [join(folder, 'scripts', 'docs', script)], { cwd: folder, encoding: 'utf8' })
    return { status, problems: stderr.split('\n').filter((line) => /^[\w/.]+\.md:/.test(line)), stderr }
  }
  return { folder, run }
}

test('a page whose links lead somewhere and whose snippets compile and run passes', () => {
  const { run } = project(GOOD_PAGE)
  expect(run('write.js').status).toBe(0)
  expect(run('check.js')).toEqual({ status: 0, problems: [], stderr: '' })
})

test('a stale page of error codes is found', () => {
  expect(project(GOOD_PAGE).run('check.js').problems).toContainEqual(expect.stringMatching(/^docs\/errors\.md: differs/))
})

test.each([
  ['a link to no file', '[x](docs/none.md)', 'README.md:1: docs/none.md: no such file'],
  ['a link to no heading', '# Title\n[x](#titel)', 'README.md:2: #titel: no such heading'],
  ['a link to no heading of another page', '[x](docs/errors.md#none)', 'README.md:1: docs/errors.md#none: no such heading'],
  ['a snippet that does not say what it is', '```ts\nx\n```', 'README.md:1: say what this snippet is'],
  ['a snippet with a wrong type', 'x\n```ts check\nconst a = 1\nexport const b: string = a\n```', 'README.md:4:14: error TS2322'],
  [
    'a snippet that imports what is not there',
    '```ts check\nimport { nothing } from "millrace"\nnothing()\n```',
    'README.md:2:10: error TS2305',
  ],
  ['a snippet that throws', '```js run\nthrow new Error("no")\n```', 'README.md:1: ended with exit code 1'],
])('%s is found', (_, page, problem) => {
  const { run } = project(page)
  run('write.js')
  const { status, problems } = run('check.js')
  expect(status).toBe(1)
  expect(problems).toHaveLength(1)
  expect(problems[0]).toContain(problem)
})

test('the API report holds what an export path exports, and what that names, without comments', () => {
  const { folder, run } = project(GOOD_PAGE)
  run('write.js')
  const report = readFileSync(join(folder, 'docs', 'api', 'millrace.api.md'), 'utf8')
  expect([...report.matchAll(/^### (.*)$/gm)].map(([, name]) => name)).toEqual(['Form', 'area', 'Point'])
  expect(report).toContain('interface Shape {\n  readonly points: Point[]\n}')
  expect(report).not.toMatch(/Its area|Unseen/)
})

test('a changed API is found, with the difference; what is internal is no part of it', () => {
  const { folder, run } = project(GOOD_PAGE)
  const source = join(folder, 'src', 'shape.ts')
  run('write.js')
  writeFileSync(source, `${readFileSync(source, 'utf8')}\n/** @internal */ export const more = 1`)
  expect(run('check.js').problems).toEqual([])
  writeFileSync(source, readFileSync(source, 'utf8').replace('(shape: Shape): number', '(shape: Shape, scale: number): number'))
  const { status, problems, stderr } = run('check.js')
  expect(status).toBe(1)
  expect(problems).toEqual([expect.stringMatching(/^docs\/api\/millrace\.api\.md: .*npm run docs/)])
  expect(stderr).toMatch(/^\+.*scale: number/m)
})
