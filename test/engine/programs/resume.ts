/** Runs the job `exact` on a state directory and tells when it has started and when it has finished; ends itself when it is told to. */
import { launch } from '../../../src/index.ts'
import type { LaunchOptions } from '../../../src/index.ts'
import exact from '../jobs/exact.ts'

const [optionsText, exitAfterMs = ''] = process.argv.slice(2)
const run = await launch(exact, JSON.parse(optionsText!) as LaunchOptions)
const { checkpoint } = await run.stats()
process.stdout.write(`started from ${checkpoint}\n`)
if (exitAfterMs !== '') setTimeout(() => process.exit(6), Number(exitAfterMs))
const { outcome } = await run.done
process.stdout.write(`${outcome}\n`)
