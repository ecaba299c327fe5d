/**
 * What long pipelines cost the compiler, beyond a program without them: the bars of `tsc --extendedDiagnostics`, "Check time". Times depend on the machine and on
 * what else it does, so the median of several runs counts, and a miss is measured again; numbers of instantiations do not depend on anything.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { projectRoot } from '../../package/project-root.ts'

const RUNS = 5
const TRIES = 4
const folder = join(projectRoot, 'dist', `compile-time-${process.pid}`)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Cost {
  readonly checkSeconds: number
  readonly instantiations: number
}

/** A program whose job has `chain` behind its source, ready to be compiled. */
function program(name: string, chain: string): string {
  const path = join(folder, name)
  mkdirSync(path, { recursive: true })
  writeFileSync(
    join(path, 'job.ts'),
    `import { defineJob } from 'millrace'
interface Row { readonly id: number; readonly name: string }
export default defineJob(import.meta, {
  build: ({ source }) => ({ rows: source.generate<Row>('rows', { count: 1, make: (id) => ({ id, name: 'a name' }) })${chain} }),
})
`,
  )
  const compilerOptions = {
    rootDir: '.',
    outDir: 'out',
    noEmit: true,
    declaration: false,
    stripInternal: false,
    sourceMap: false,
    inlineSources: false,
  }
  writeFileSync(join(path, 'tsconfig.json'), JSON.stringify({ extends: '../../../tsconfig.json', compilerOptions, include: ['job.ts'] }))
  return path
}

function compile(path: string): Cost {
  const tsc = join(projectRoot, 'node_modules', 'typescript', 'bin', 'tsc')
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', path, '--extendedDiagnostics'], { cwd: projectRoot, encoding: 'utf8' })
  if (status !== 0) throw new Error(`The program does not compile:\n${stdout.slice(0, 2_000)}`)
  const figure = (name: string): number => Number(new RegExp(`^${name}:\\s+([\\d.]+)`, 'm').exec(stdout)![1])
  return { checkSeconds: figure('Check time'), instantiations: figure('Instantiations') }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!
}

/** Seconds over the baseline, compiled in turn with it. */
function secondsOver(base: string, path: string): number {
  const pairs = Array.from({ length: RUNS }, () => [compile(base).checkSeconds, compile(path).checkSeconds] as const)
  return median(pairs.map(([, whole]) => whole)) - median(pairs.map(([empty]) => empty))
}

const repeat = (count: number, link: (n: number) => string): string => Array.from({ length: count }, (_, n) => `\n    ${link(n)}`).join('')

test.each([
  {
    what: '300 chained maps, each to a fresh type',
    name: 'fresh',
    chain: repeat(300, (n) => `.map((row) => ({ id${n}: row.id${n === 0 ? '' : n - 1}, name: 'a name' }))`),
    barSeconds: 0.3,
    instantiationsMax: 15_000,
  },
  {
    what: '100 chained maps that spread their record',
    name: 'spread',
    chain: repeat(100, (n) => `.map((row) => ({ ...row, f${n}: 1 }))`),
    barSeconds: 0.5,
    instantiationsMax: 6_000,
  },
])('$what: at most $barSeconds s of checking over a program without them', ({ name, chain, barSeconds, instantiationsMax }) => {
  const [base, path] = [program('base', ''), program(name, chain)]
  expect(compile(path).instantiations - compile(base).instantiations).toBeLessThan(instantiationsMax)
  let best = Infinity
  for (let attempt = 0; attempt < TRIES && best > barSeconds; attempt++) best = Math.min(best, secondsOver(base, path))
  process.stdout.write(`${name}: ${best.toFixed(3)} s over the baseline\n`)
  expect(best).toBeLessThanOrEqual(barSeconds)
})
