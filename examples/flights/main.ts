/** `npm start`: runs the job of job.ts, tells how far it is, shows what it found and confirms it. */
import { writeSync } from 'node:fs'
import { dirname, relative } from 'node:path'
import { launch, MillraceError } from 'millrace'
import { confirm } from './confirm.ts'
import { dataFolder, EVENT_COUNT, readAirlineNames, readAirportNames } from './dataset.ts'
import job from './job.ts'
import type { Options } from './options.ts'
import { parseOptions, USAGE, UsageError } from './options.ts'
import { stderrProgress } from './progress.ts'
import { formatReport } from './report.ts'
import type { Results } from './results.ts'
import { readResults } from './results.ts'
import { carrierRow } from './rows.ts'
import { formatCount } from './table.ts'
import type { Total } from './total.ts'
import { sameTotal } from './total.ts'

/** Event time of `--crash`: the middle of the year. */
const CRASH_AT = Date.UTC(2013, 6, 2, 12)

/** Resolves when all flights are processed and the result files are complete. */
async function runJob(options: Options): Promise<void> {
  const progress = stderrProgress(EVENT_COUNT)
  const run = await launch(job, {
    config: {
      dataFolder: dataFolder(),
      resultsFolder: options.results,
      rate: options.rate ?? null,
      crashAt: options.crash ? CRASH_AT : null,
    },
    stateDir: options.state,
    fresh: options.fresh,
    ...(options.workers !== undefined && { workers: options.workers }),
  })
  run.onNotice(({ type, text }) => {
    if (type !== 'checkpoint') progress.say(text)
  })
  try {
    for await (const { events } of run.outlet('progress')) progress.report(events)
    await run.done
  } finally {
    progress.end()
  }
}

function show(results: Results, folder: string): void {
  const names = { airlines: readAirlineNames(dataFolder()), airports: readAirportNames(dataFolder()) }
  print(`${formatReport(results, names)}\nAll rows are in ${relative(process.cwd(), folder) || '.'}\n`)
}

/** Compares the total and the carriers with those of plain loops over the same files, and says so. */
function isConfirmed({ total, carriers }: Results): boolean {
  const expected = confirm(dataFolder())
  const found = new Map(carriers.map((row) => [row.carrier, JSON.stringify(row)]))
  const differing = [...expected.carriers].filter(([carrier, tally]) => found.get(carrier) !== JSON.stringify(carrierRow(carrier, tally)))
  const right = sameTotal(total, expected.total) && differing.length === 0 && carriers.length === expected.carriers.size
  print(`Total: ${describeTotal(total)}\n`)
  if (right) print('Confirmed: plain loops on one thread find the same total and the same carriers.\n')
  else print(`WRONG: plain loops on one thread find ${describeTotal(expected.total)}; carriers that differ: ${differing.length}\n`)
  return right
}

const describeTotal = ({ events, delayMinutes, checksum }: Total): string =>
  `${formatCount(events)} events, ${formatCount(delayMinutes)} minutes of delay, checksum ${checksum}`

const print = (text: string): void => void process.stdout.write(text)

/** Returns the exit code: 0, 1 when the job failed or its total is wrong, 2 when the command line is. */
async function main(): Promise<number> {
  try {
    const options = parseOptions(process.argv.slice(2), dirname(dataFolder()))
    if (options.help) {
      print(USAGE)
      return 0
    }
    await runJob(options)
    const results = readResults(options.results)
    show(results, options.results)
    return isConfirmed(results) ? 0 : 1
  } catch (error) {
    if (error instanceof UsageError) {
      writeSync(2, `${error.message} (--help lists the options)\n`)
      return 2
    }
    writeSync(2, error instanceof MillraceError ? `${error.code}: ${error.message}\n${error.remedy}\n` : `${(error as Error).stack}\n`)
    return 1
  }
}

process.exitCode = await main()
