/**
 * A small bench for CI: `npm run bench:ratios`. Ratios of some workloads to their loops, in turns, beside those that are kept in bench/ratios.json. Warns of a drop that noise does not explain
 * and of results that differ, and always ends with exit code 0: a busy machine fails nobody. `--write` keeps the ratios of now.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { QueryName } from '../loops/registry.ts'
import { type About, aboutNow, loadNow } from './about.ts'
import { compareAll } from './compare-all.ts'
import { type MeasuredRatio, verdictOf } from './drop.ts'
import { projectFolder } from './project-folder.ts'
import { rates } from './results.ts'
import { contenderRunner } from './run-contender.ts'
import { pairedRatio } from './statistics.ts'

const QUERIES: readonly QueryName[] = ['q1', 'q5', 'ks', 'wc']
const CONTENDERS = ['naive', 'millrace'] as const
const SECONDS = 0.7
const RUNS = 4
const LIMIT_MS = 20_000
/** No query is begun after this: the whole takes a minute at most. */
const BEGIN_MS_MAX = 45_000

interface Kept {
  readonly about: About
  readonly ratios: readonly MeasuredRatio[]
}

async function measure(query: QueryName): Promise<MeasuredRatio | undefined> {
  const plan = { query, workers: 2, contenders: CONTENDERS, seconds: SECONDS, runs: RUNS }
  const { comparisons } = await compareAll([plan], contenderRunner(LIMIT_MS))
  const [comparison] = comparisons
  return comparison && { query, ...pairedRatio(rates(comparison, 'millrace'), rates(comparison, 'naive')) }
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { write: { type: 'boolean', default: false } } })
  const file = join(projectFolder(), 'bench', 'ratios.json')
  const kept = (JSON.parse(readFileSync(file, 'utf8')) as Kept).ratios
  const load = loadNow()
  const fromMs = performance.now()
  const measured: MeasuredRatio[] = []
  for (const query of QUERIES) {
    const ratio = performance.now() - fromMs < BEGIN_MS_MAX ? await measure(query) : undefined
    const { text, isDrop } = verdictOf(
      query,
      ratio,
      kept.find((one) => one.query === query),
    )
    console.log(isDrop && process.env['GITHUB_ACTIONS'] === 'true' ? `::warning::${text}` : `${isDrop ? 'WARNING: ' : ''}${text}`)
    if (ratio !== undefined) measured.push(ratio)
  }
  if (!values.write) return
  const ratios = [...measured, ...kept.filter(({ query }) => !measured.some((one) => one.query === query))]
  writeFileSync(
    file,
    JSON.stringify({ about: aboutNow('npm run bench:ratios -- --write', load), ratios } satisfies Kept, undefined, 2) + '\n',
  )
}

await main()
