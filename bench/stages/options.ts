import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { InvalidArgumentError } from 'commander'
import { WORKERS_MAX } from '../../src/limits.ts'
import { BENCHED, benchCommand, integer, jsonFile, parsed, seconds, someOf } from '../harness/options.ts'
import type { QueryName } from '../loops/registry.ts'

export interface StagesOptions {
  readonly only: readonly QueryName[]
  readonly workers: number
  readonly warm: number
  readonly seconds: number
  readonly runs: number
  /** Folder of another, built checkout of millrace. */
  readonly before?: string
  readonly json?: string
  readonly write: boolean
}

/** @throws UsageExit with exit code 0 after --help, 2 for a wrong option. */
export function parseStagesOptions(args: readonly string[]): StagesOptions {
  const command = benchCommand(
    'npm run bench:stages --',
    'Tells by stage what a record costs in the steady state of each workload, from CPU profiles.',
  )
    .addOption(someOf('--only <queries>', BENCHED))
    .option('--workers <n>', 'worker threads', integer('--workers', 1, WORKERS_MAX), 2)
    .option('--warm <s>', 'seconds before anything counts', seconds, 2)
    .option('--seconds <s>', 'seconds that count', seconds, 4)
    .option('--runs <n>', 'runs of each workload, of which the mean is told', integer('--runs', 1, 100), 1)
    .option('--before <folder>', 'a built checkout of an earlier commit, which is measured in turns with this one', builtFolder)
    .option('--json <file>', 'write the figures there', jsonFile)
    .option('--write', 'keep the figures in docs/speed/, and put the tables into docs/speed.md', false)
  return parsed<StagesOptions>(command, args)
}

function builtFolder(text: string): string {
  const folder = resolve(text)
  if (!existsSync(join(folder, 'dist', 'src', 'index.js'))) throw new InvalidArgumentError(`${folder} has no dist/src/index.js.`)
  return folder
}
