import { writeFileSync } from 'node:fs'
import { keepLoops } from '../speed/speed-page.ts'
import { aboutNow, loadNow, toldCommand } from './about.ts'
import { compareAll, timeoutMs, warnOfLoad } from './compare-all.ts'
import { parseOptions } from './options.ts'
import type { Options } from './options.ts'
import { CONTENDERS } from './protocol.ts'
import { machineName, resultOf, resultsFile } from './results.ts'
import { contenderRunner } from './run-contender.ts'
import { runMain } from './run-main.ts'
import { table } from './table.ts'

/** Exit codes: 0, all contenders agree; 1, a contender failed or differs; 2, a wrong option. */
async function main(options: Options, args: readonly string[]): Promise<number> {
  console.log(`${machineName()}, Node ${process.version}, ${options.workers} workers, ${options.runs} runs of about ${options.seconds} s\n`)
  warnOfLoad()
  const load = loadNow()
  const contenders = options.loopsOnly ? CONTENDERS.filter((name) => name !== 'millrace') : CONTENDERS
  const { comparisons, failed } = await compareAll(
    options.only.map((query) => ({ ...options, query, contenders })),
    contenderRunner(timeoutMs(options.seconds)),
  )
  if (comparisons.length > 0)
    console.log('\n' + table(comparisons) + '\n\nRates in millions of records per second, medians. Ratios: of paired runs.')
  if (failed) {
    if (options.json !== undefined) console.error(`\n${options.json} was not written, since not every contender agrees.`)
    return 1
  }
  const results = options.loopsOnly ? [] : comparisons.map(resultOf)
  if (options.json !== undefined) writeFileSync(options.json, JSON.stringify(resultsFile(results), undefined, 2) + '\n')
  if (options.write) keepLoops({ about: aboutNow(toldCommand('npm run bench', args), load), results })
  return 0
}

await runMain(parseOptions, main)
