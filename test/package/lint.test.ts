import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { projectRoot } from './project-root.ts'

/** One planted violation each: the file, what is in it, and the rule that has to speak. */
interface Plant {
  readonly breaks: string
  readonly file: string
  readonly code: string
  readonly rule: string
}

const lines = (count: number): string => Array.from({ length: count }, (_, i) => `  total += ${i}`).join('\n')

const PLANTS: readonly Plant[] = [
  {
    breaks: 'core imports what is above it',
    file: 'src/core/up.ts',
    code: `export { x } from '../codec/base.ts'`,
    rule: 'no-restricted-imports',
  },
  {
    breaks: 'codec imports the ring',
    file: 'src/codec/side.ts',
    code: `import { x } from '../ring/base.ts'\nexport const y = x`,
    rule: 'no-restricted-imports',
  },
  {
    breaks: 'ring imports the codec',
    file: 'src/ring/side.ts',
    code: `import { x } from '../codec/base.ts'\nexport const y = x`,
    rule: 'no-restricted-imports',
  },
  {
    breaks: 'state imports a ring, from a folder below',
    file: 'src/state/deep/side.ts',
    code: `import { x } from '../../ring/base.ts'\nexport const y = x`,
    rule: 'no-restricted-imports',
  },
  {
    breaks: 'checkpoint imports the storage thread',
    file: 'src/checkpoint/up.ts',
    code: `import { x } from '../storage/base.ts'\nexport const y = x`,
    rule: 'no-restricted-imports',
  },
  {
    breaks: 'graph runs actor code',
    file: 'src/graph/up.ts',
    code: `import { x } from '../actor/base.ts'\nexport const y = x`,
    rule: 'no-restricted-imports',
  },
  {
    breaks: 'worker runs control code',
    file: 'src/worker/side.ts',
    code: `import { x } from '../control/base.ts'\nexport const y = x`,
    rule: 'no-restricted-imports',
  },
  {
    breaks: 'worker writes checkpoints',
    file: 'src/worker/writer.ts',
    code: `import { x } from '../storage/checkpoint-store.ts'\nexport const y = x`,
    rule: 'no-restricted-imports',
  },
  {
    breaks: 'worker loads what opens LMDB',
    file: 'src/worker/lazy-writer.ts',
    code: `export const load = () => import('../storage/environment.ts')`,
    rule: 'no-restricted-imports',
  },
  {
    breaks: 'the engine loads a room lazily',
    file: 'src/core/lazy.ts',
    code: `export const load = () => import('../codec/base.ts')`,
    rule: 'no-restricted-imports',
  },
  {
    breaks: 'a room imports the public index',
    file: 'src/state/index-user.ts',
    code: `import { x } from '../index.ts'\nexport const y = x`,
    rule: 'no-restricted-imports',
  },
  {
    breaks: 'a room imports the package by name',
    file: 'src/state/self.ts',
    code: `import { x } from 'millrace'\nexport const y = x`,
    rule: 'no-restricted-imports',
  },
  {
    breaks: 'the engine imports an actor',
    file: 'src/channel/actors.ts',
    code: `import { x } from '../../actors/base.ts'\nexport const y = x`,
    rule: 'no-restricted-imports',
  },
  {
    breaks: 'shipped code imports a test',
    file: 'src/worker/tested.ts',
    code: `import { x } from '../../test/base.ts'\nexport const y = x`,
    rule: 'no-restricted-imports',
  },
  {
    breaks: 'an actor imports the ring',
    file: 'actors/ring-user.ts',
    code: `import { x } from '../src/ring/base.ts'\nexport const y = x`,
    rule: 'no-restricted-imports',
  },
  {
    breaks: 'an actor opens LMDB',
    file: 'actors/lmdb-user.ts',
    code: `import { open } from 'lmdb'\nexport const y = open`,
    rule: 'no-restricted-imports',
  },
  {
    breaks: 'a worker opens LMDB',
    file: 'src/worker/lmdb-user.ts',
    code: `import { open } from 'lmdb'\nexport const y = open`,
    rule: 'no-restricted-imports',
  },
  {
    breaks: 'the engine starts threads',
    file: 'src/channel/threads.ts',
    code: `import { Worker } from 'node:worker_threads'\nexport const y = Worker`,
    rule: 'no-restricted-imports',
  },
  {
    breaks: 'the engine of a worker starts threads',
    file: 'src/worker/threads.ts',
    code: `import { Worker } from 'node:worker_threads'\nexport const y = Worker`,
    rule: 'no-restricted-imports',
  },
  {
    breaks: 'the engine of a worker reads the real time',
    file: 'src/worker/time.ts',
    code: `export const now = () => performance.now()`,
    rule: 'no-restricted-properties',
  },
  {
    breaks: 'the simulation host starts threads',
    file: 'src/host/simulation-host/threads.ts',
    code: `import { Worker } from 'node:worker_threads'\nexport const y = Worker`,
    rule: 'no-restricted-imports',
  },
  {
    breaks: 'the engine imports Comlink',
    file: 'src/actor/comlink.ts',
    code: `import { wrap } from 'comlink'\nexport const y = wrap`,
    rule: 'no-restricted-imports',
  },
  {
    breaks: 'an example imports src',
    file: 'examples/inside.ts',
    code: `import { x } from '../src/core/base.ts'\nexport const y = x`,
    rule: 'no-restricted-imports',
  },
  {
    breaks: 'two modules import each other',
    file: 'src/core/ping.ts',
    code: `import { pong } from './pong.ts'\nexport const ping = (): number => pong()`,
    rule: 'import(no-cycle)',
  },
  {
    breaks: 'the engine reads the clock',
    file: 'src/time/clock.ts',
    code: `export const y = Date.now()`,
    rule: 'no-restricted-properties',
  },
  {
    breaks: 'the engine reads the performance clock',
    file: 'src/supervision/clock.ts',
    code: `export const y = performance.now()`,
    rule: 'no-restricted-properties',
  },
  { breaks: 'an actor rolls dice', file: 'actors/dice.ts', code: `export const y = Math.random()`, rule: 'no-restricted-properties' },
  {
    breaks: 'the simulation host reads the clock',
    file: 'src/host/simulation-host/clock.ts',
    code: `export const y = Date.now()`,
    rule: 'no-restricted-properties',
  },
  { breaks: 'shipped code prints to the console', file: 'src/worker/print.ts', code: `console.log('x')\nexport {}`, rule: 'no-console' },
  { breaks: 'an actor prints to the console', file: 'actors/print.ts', code: `console.log('x')\nexport {}`, rule: 'no-console' },
  {
    breaks: 'a file of 351 lines',
    file: 'src/codec/long-file.ts',
    code: Array.from({ length: 351 }, (_, i) => `export const a${i} = ${i}`).join('\n'),
    rule: 'max-lines',
  },
  {
    breaks: 'a function of 71 lines',
    file: 'src/codec/long-function.ts',
    code: `export function sum(): number {\n  let total = 0\n${lines(67)}\n  return total\n}`,
    rule: 'max-lines-per-function',
  },
  {
    breaks: 'an actor with a function of 71 lines',
    file: 'actors/long-function.ts',
    code: `export function sum(): number {\n  let total = 0\n${lines(67)}\n  return total\n}`,
    rule: 'max-lines-per-function',
  },
  { breaks: 'a default export', file: 'src/core/default-export.ts', code: `export default 1`, rule: 'no-default-export' },
  { breaks: 'any', file: 'src/core/any-type.ts', code: `export const y = (x: any): unknown => x`, rule: 'no-explicit-any' },
  { breaks: 'a muted type error', file: 'src/core/muted.ts', code: `// @ts-ignore\nexport const y: number = 1`, rule: 'ban-ts-comment' },
  {
    breaks: 'a type imported as a value',
    file: 'src/core/type-import.ts',
    code: `import { T } from './types.ts'\nexport const y = (x: T): T => x`,
    rule: 'consistent-type-imports',
  },
  {
    breaks: 'a promise that nobody awaits',
    file: 'src/core/floating.ts',
    code: `async function f(): Promise<void> {}\nexport function g(): void {\n  f()\n}`,
    rule: 'no-floating-promises',
  },
  {
    breaks: 'a switch that misses a case',
    file: 'src/core/switch-case.ts',
    code: `export function f(x: 'a' | 'b'): number {\n  switch (x) {\n    case 'a':\n      return 1\n  }\n  return 0\n}`,
    rule: 'switch-exhaustiveness-check',
  },
  {
    breaks: 'generated code in a file that does not say so',
    file: 'src/codec/sneaky.ts',
    code: `export const y = new Function('a', 'return a') as unknown`,
    rule: 'no-implied-eval',
  },
  { breaks: 'a file name in camel case', file: 'src/core/camelCase.ts', code: `export const y = 1`, rule: 'filename-case' },
]

/** What is allowed, so that a rule that forbids everything is found out. */
const ALLOWED: Readonly<Record<string, string>> = {
  'src/errors.ts': 'export const x = 1',
  'src/index.ts': `export { x } from './errors.ts'`,
  'src/core/base.ts': `import { x as error } from '../errors.ts'\nexport const x = error`,
  'src/core/types.ts': 'export interface T {\n  readonly a: number\n}',
  'src/core/pong.ts': `import { ping } from './ping.ts'\nexport const pong = (): number => ping()`,
  'src/core/clock.ts': 'export const now = (): number => Date.now()',
  'src/codec/base.ts': `import { x as core } from '../core/base.ts'\nexport const x = core`,
  'src/codec/generated-code.ts': `export const y = new Function('a', 'return a') as unknown`,
  'src/ring/base.ts': `import { x as core } from '../core/base.ts'\nexport const x = core`,
  'src/actor/base.ts': `export const x = 1\nexport interface Contract {\n  readonly a: number\n}`,
  'src/graph/typed.ts': `import type { Contract } from '../actor/base.ts'\nexport const a = (contract: Contract): number => contract.a`,
  'src/storage/base.ts': 'export const x = 1',
  'src/storage/environment.ts': `import { open } from 'lmdb'\nexport const y = open`,
  'src/storage/checkpoint-reader.ts': `import { y as environment } from './environment.ts'\nexport const x = environment`,
  'src/worker/entry.ts': `import { x as reader } from '../storage/checkpoint-reader.ts'\nexport default reader`,
  'src/control/base.ts': 'export const x = 1',
  'src/host/thread-host/threads.ts': `import { Worker } from 'node:worker_threads'\nexport const y = Worker\nexport const started = Date.now()`,
  'actors/base.ts': `import { x as contract } from '../src/actor/base.ts'\nexport const x = contract`,
  'test/base.ts': `import { x as ring } from '../src/ring/base.ts'\nexport const x = ring`,
}

describe('every lint rule fires', () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-lint-'))
  const findings = new Map<string, string[]>()

  beforeAll(() => {
    for (const [file, code] of [...Object.entries(ALLOWED), ...PLANTS.map(({ file, code }) => [file, code] as const)]) {
      mkdirSync(dirname(join(folder, file)), { recursive: true })
      writeFileSync(join(folder, file), `${code}\n`)
    }
    for (const name of ['oxlint.config.js', 'tsconfig.json', 'package.json', 'scripts/lint'])
      cpSync(join(projectRoot, name), join(folder, name), { recursive: true })
    symlinkSync(join(projectRoot, 'node_modules'), join(folder, 'node_modules'), 'junction')
    const oxlint = join(projectRoot, 'node_modules', 'oxlint', 'bin', 'oxlint')
    const { stdout, stderr } = spawnSync(process.execPath, [oxlint, '-c', 'oxlint.config.js', '-f', 'unix'], {
      cwd: folder,
      encoding: 'utf8',
    })
    for (const line of stdout.split('\n')) {
      const [, file, finding] = /^(.*?):\d+:\d+: (.*)$/.exec(line) ?? []
      if (file && finding) findings.set(file, [...(findings.get(file) ?? []), finding])
    }
    if (findings.size === 0) throw new Error(`oxlint found nothing: ${stdout}${stderr}`)
  })

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test.each(PLANTS)('$breaks: $rule', ({ file, rule }) => {
    expect(findings.get(file) ?? []).toContainEqual(expect.stringContaining(rule))
  })

  test('allowed files pass, but for the other half of the planted cycle', () => {
    const found = Object.keys(ALLOWED).filter((file) => findings.has(file))
    expect(found).toEqual(['src/core/pong.ts'])
  })
})

test('every folder of src/ has its line in the table of layers', async () => {
  const { LAYERS } = (await import(join(projectRoot, 'scripts/lint/layers.js'))) as { LAYERS: Record<string, unknown> }
  const folders = readdirSync(join(projectRoot, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory())
  expect(folders.map(({ name }) => name).filter((name) => !(name in LAYERS))).toEqual([])
})
