/**
 * `npm run replay -- --seed S [--frames] [--from MS]`: simulates the random job of a seed again and prints what happened, step by step: faults, messages
 * between threads, checkpoints; with --frames every frame as well.
 */
import { parseArgs } from 'node:util'
import { randomCase, runCase } from './random-case.ts'

const { values } = parseArgs({
  options: { seed: { type: 'string' }, frames: { type: 'boolean', default: false }, from: { type: 'string', default: '0' } },
})
const fromMs = Number(values.from)
if (values.seed === undefined || !(fromMs >= 0)) {
  console.error('Usage: npm run replay -- --seed S [--frames] [--from MS]')
  process.exit(2)
}

const { config, options } = randomCase(values.seed)
console.log('job      ', JSON.stringify(config))
console.log('options  ', JSON.stringify(options))

/** Turns of threads say nothing by themselves: those in a row are one line. */
let turns = new Map<string, number>()

function printTurns(): void {
  if (turns.size > 0) console.log(`${' '.repeat(17)}${[...turns].map(([thread, times]) => `${thread} x${times}`).join(', ')}`)
  turns = new Map()
}

function print(line: string): void {
  const [, at, label] = /^ *([\d.]+) ms {2}(.*)$/.exec(line) ?? []
  if (at === undefined) {
    if (values.frames) console.log(line)
    return
  }
  if (Number(at) < fromMs) return
  if (/^(worker \d+|app)$/.test(label!)) return void turns.set(label!, (turns.get(label!) ?? 0) + 1)
  printTurns()
  console.log(label!.startsWith('FAULT') ? `${line}  <<<<<<<<` : line)
}

try {
  const run = await runCase(values.seed, { onTrace: print })
  printTurns()
  const committed = Object.entries(run.outlets).map(([outlet, records]) => `${outlet} ${records.length}`)
  console.log(
    `\nfinished: ${run.processes} processes, ${run.restarts} restarts, ${run.checkpoints.length} checkpoints, ${run.steps} steps, trace ${run.traceHash}`,
  )
  console.log(`faults   : ${JSON.stringify(run.faults)}`)
  console.log(`committed: ${committed.join(', ')}; nothing lost, nothing repeated`)
} catch (error) {
  printTurns()
  console.log(`\nFAILED   : ${(error as Error).message}`)
  process.exitCode = 1
}
