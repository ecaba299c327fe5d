/**
 * How long a checkpoint waits behind a slow sink: `node dist/bench/micro/alignment.js [--seconds 4] [--rounds 1] [--drain Infinity,100]`. Sources that could make a million records a second, a sink that takes ten thousand;
 * time of each checkpoint, and records a second, with as much in flight as credit allows and with what is in flight following the rate (`mailboxDrainMs`), in turn.
 */
import { parseArgs } from 'node:util'
import { launch } from '../../src/index.ts'
import job from '../jobs/slow-sink.ts'

const WARM_UP_MS = 4_000
const options = {
  seconds: { type: 'string', default: '4' },
  rounds: { type: 'string', default: '1' },
  drain: { type: 'string', default: 'Infinity,100' },
} as const
const { seconds, rounds, drain } = parseArgs({ options }).values

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

async function measure(mailboxDrainMs: number): Promise<{ readonly tookMs: number[]; readonly recordsPerSecond: number }> {
  const run = await launch(job, { workers: 2, mailboxDrainMs, checkpointIntervalMs: 3_600_000 })
  await sleep(WARM_UP_MS)
  const taken = async (): Promise<number> =>
    (await run.stats()).workers.flatMap(({ actors }) => actors).find(({ name }) => name.startsWith('slow'))!.recordsIn
  const [before, startMs] = [await taken(), performance.now()]
  const tookMs: number[] = []
  while (performance.now() - startMs < 1000 * Number(seconds)) {
    const beganMs = performance.now()
    await run.checkpoint()
    tookMs.push(performance.now() - beganMs)
    await sleep(200)
  }
  const recordsPerSecond = (1000 * ((await taken()) - before)) / (performance.now() - startMs)
  await run.stop()
  return { tookMs, recordsPerSecond }
}

for (let round = 0; round < Number(rounds); round++)
  for (const drainMs of drain.split(',').map(Number)) {
    const { tookMs, recordsPerSecond } = await measure(drainMs)
    const [least, middle, most] = [0, tookMs.length >> 1, tookMs.length - 1].map((at) => [...tookMs].sort((a, b) => a - b)[at]!.toFixed(0))
    console.log(
      `mailboxDrainMs ${String(drainMs).padEnd(8)} ${tookMs.length} checkpoints of ${least} to ${most} ms, median ${middle} ms; ${recordsPerSecond.toFixed(0)} records/s`,
    )
  }
