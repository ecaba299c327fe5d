import { writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { compare, MismatchError } from './compare.ts'
import type { Comparison } from './compare.ts'
import { parseOptions, UsageExit } from './options.ts'
import type { Options } from './options.ts'
import { ContenderError, CONTENDERS } from './protocol.ts'
import { machineName, resultOf, resultsFile } from './results.ts'
import { contenderRunner } from './run-contender.ts'
import type { RunContender } from './run-contender.ts'
import { table } from './table.ts'

/** Exit codes: 0, all contenders agree; 1, a contender failed or differs; 2, a wrong option. */
async function main(args: readonly string[]): Promise<number> {
  let options: Options
  try {
    options = parseOptions(args)
  } catch (error) {
    if (error instanceof UsageExit) return error.exitCode
    throw error
  }
  console.log(`${machineName()}, Node ${process.version}, ${options.workers} workers, ${options.runs} runs of about ${options.seconds} s\n`)
  warnOfLoad()
  // A run is given far longer than it should take: it is there to end a hang, not to judge.
  const { comparisons, failed } = await compareAll(options, contenderRunner(60_000 + options.seconds * 30_000))
  if (comparisons.length > 0)
    console.log('\n' + table(comparisons) + '\n\nRates in millions of records per second, medians. Ratios: of paired runs.')
  if (failed) {
    if (options.json !== undefined) console.error(`\n${options.json} was not written, since not every contender agrees.`)
    return 1
  }
  if (options.json !== undefined) writeFileSync(options.json, JSON.stringify(resultsFile(comparisons.map(resultOf)), undefined, 2) + '\n')
  return 0
}

async function compareAll(options: Options, run: RunContender): Promise<{ comparisons: Comparison[]; failed: boolean }> {
  const contenders = options.loopsOnly ? CONTENDERS.filter((name) => name !== 'millrace') : CONTENDERS
  const comparisons: Comparison[] = []
  let failed = false
  for (const query of options.only) {
    try {
      const progress = (round: number, rates: string): void => console.error(`${query} ${round + 1}/${options.runs}: ${rates}`)
      comparisons.push(await compare({ ...options, query, contenders }, run, progress))
    } catch (error) {
      if (!(error instanceof MismatchError || error instanceof ContenderError)) throw error
      failed = true
      console.error(`\n${error instanceof MismatchError ? '!!! MISMATCH' : '!!! FAILURE'}: ${error.message}\n`)
    }
  }
  return { comparisons, failed }
}

/** Contenders on two threads lose more to other programs than a loop on one: no ratio of a busy machine is worth keeping. */
function warnOfLoad(): void {
  const load = loadavg()[0]!
  if (load > cpus().length / 4) console.error(`Warning: the load average is ${load.toFixed(1)}; other programs are in these figures.\n`)
}

process.exitCode = await main(process.argv.slice(2))
