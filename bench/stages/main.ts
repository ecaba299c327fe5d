import { writeFileSync } from 'node:fs'
import { aboutNow, loadNow, toldCommand } from '../harness/about.ts'
import { warnOfLoad } from '../harness/compare-all.ts'
import { ContenderError } from '../harness/protocol.ts'
import { projectFolder } from '../harness/project-folder.ts'
import { machineName } from '../harness/results.ts'
import { runMain } from '../harness/run-main.ts'
import { keep, kept } from '../speed/kept.ts'
import { writeSpeedPage } from '../speed/speed-page.ts'
import { type Figures, figuresOf, meanOf } from './figures.ts'
import { parseStagesOptions, type StagesOptions } from './options.ts'
import { recordingOf } from './record.ts'
import { type KeptStages, type StagesRun, terminalTable } from './tables.ts'

/** Any seed will do; the same one makes before and after alike. */
const SEED = 42

/** Exit codes: 0; 1, a workload could not be recorded; 2, a wrong option. */
async function main(options: StagesOptions, args: readonly string[]): Promise<number> {
  const { only, workers, before } = options
  console.log(`${machineName()}, Node ${process.version}, ${workers} workers, ${options.seconds} s of each workload\n`)
  warnOfLoad()
  const load = loadNow()
  const projects = [projectFolder(), ...(before === undefined ? [] : [before])]
  const runs = projects.map((): Figures[] => [])
  try {
    for (const query of only) await measureInTurns(query, projects, runs, options)
  } catch (error) {
    if (!(error instanceof ContenderError)) throw error
    console.error(`!!! FAILURE: ${error.message}`)
    return 1
  }
  const [now, earlier] = runs.map((figures, i): StagesRun => ({
    about: aboutNow(toldCommand('npm run bench:stages', args, ['--json', '--before']), load, projects[i]),
    figures,
  }))
  console.log(`\n${table(now!, earlier)}\n\nNanoseconds of thread time per record; the stages are explained in docs/speed.md.`)
  if (options.json !== undefined) writeFileSync(options.json, JSON.stringify({ before: earlier, now }, undefined, 2) + '\n')
  if (options.write) write(now!, earlier)
  return 0
}

async function measureInTurns(query: string, projects: readonly string[], runs: Figures[][], options: StagesOptions): Promise<void> {
  const { workers, warm, seconds } = options
  const all = projects.map((): Figures[] => [])
  for (let run = 0; run < options.runs; run++) {
    for (const [i, project] of projects.entries()) {
      all[i]!.push(figuresOf(await recordingOf({ query, workers, seed: SEED, warmSeconds: warm, seconds }, project)))
    }
  }
  all.forEach((figures, i) => runs[i]!.push(meanOf(figures)))
  console.error(`${query}: ${all.map((figures) => `${(meanOf(figures).recordsPerSecond / 1e6).toFixed(2)} M/s`).join(', before ')}`)
}

function table(now: StagesRun, earlier: StagesRun | undefined): string {
  const rows = now.figures.flatMap((figures, i) => [
    { name: figures.query, figures },
    ...(earlier === undefined ? [] : [{ name: '  before', figures: earlier.figures[i]! }]),
  ])
  return terminalTable(rows)
}

/** Workloads that were not measured now stay as they were kept. What was measured before stays until something else is. */
function write(now: StagesRun, earlier: StagesRun | undefined): void {
  const last = kept<KeptStages>('stages')
  const before = earlier ?? last?.before ?? last?.now
  const stale = last?.now.figures.filter(({ query }) => !now.figures.some((figures) => figures.query === query)) ?? []
  const merged = { ...now, figures: [...now.figures, ...stale] }
  keep('stages', { ...(before !== undefined && { before }), now: merged } satisfies KeptStages)
  writeSpeedPage()
}

await runMain(parseStagesOptions, main)
