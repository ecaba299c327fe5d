/**
 * The process of one recording: `node --import ./probe.js record-process.js '{"query":"q0",...}'`. Runs the job of a query until it is in its steady state, records that for a
 * while, stops, and writes the recording to a file.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { BroadcastChannel } from 'node:worker_threads'
import type { Job, launch, Run } from '../../src/index.ts'
import { COUNT_MAX } from '../workloads/span.ts'
import { ANSWERS, WORDS } from './recording.ts'
import type { ProbeAnswer, ProbeWord, Recording, ThreadRecording } from './recording.ts'

export interface RecordOrder {
  readonly query: string
  /** URL of the folder of a compiled millrace, this one or an earlier one: its jobs run on its engine. */
  readonly build: string
  readonly workers: number
  readonly seed: number
  readonly warmSeconds: number
  readonly seconds: number
  /** That the recording goes to. */
  readonly file: string
}

/** The app thread, the control thread and the storage thread. */
const THREADS_BESIDE_WORKERS = 3

const words = new BroadcastChannel(WORDS)
const answers = new BroadcastChannel(ANSWERS)

/** Says a word to all threads; resolves with their answers when all have given one. */
function ask(word: ProbeWord, threads: number): Promise<ProbeAnswer[]> {
  return new Promise((resolve) => {
    const given: ProbeAnswer[] = []
    answers.onmessage = (event) => {
      if (given.push((event as { data: ProbeAnswer }).data) === threads) resolve(given)
    }
    words.postMessage(word)
  })
}

async function progress(run: Run): Promise<{ records: number; checkpoint: number }> {
  const { workers, checkpoint } = await run.stats()
  const positions = workers.flatMap(({ actors }) => actors.map(({ progress }) => progress?.position ?? 0))
  return { records: positions.reduce((sum, position) => sum + position, 0), checkpoint }
}

async function record({ query, build, workers, seed, warmSeconds, seconds }: RecordOrder, directory: string): Promise<Recording> {
  const { launch: launchJob } = (await import(new URL('src/index.js', build).href)) as { launch: typeof launch }
  const { default: job } = (await import(new URL(`bench/jobs/${query}.js`, build).href)) as { default: Job }
  const run = await launchJob(job, { workers, config: { seed, count: COUNT_MAX } })
  await sleep(warmSeconds * 1000)
  await ask({ type: 'begin' }, workers + THREADS_BESIDE_WORKERS)
  const [before, cpuBefore, fromMs] = [await progress(run), process.cpuUsage(), performance.now()]
  await sleep(seconds * 1000)
  const [after, cpu, wallUs] = [await progress(run), process.cpuUsage(cpuBefore), Math.round((performance.now() - fromMs) * 1000)]
  const ended = await ask({ type: 'end', directory }, workers + THREADS_BESIDE_WORKERS)
  const threads = ended.flatMap((answer) =>
    answer.type === 'ended' ? [JSON.parse(readFileSync(answer.file, 'utf8')) as ThreadRecording] : [],
  )
  await run.stop()
  return {
    query,
    workers,
    records: after.records - before.records,
    wallUs,
    cpuUs: cpu.user + cpu.system,
    checkpoints: after.checkpoint - before.checkpoint,
    threads,
  }
}

const order = JSON.parse(process.argv[2]!) as RecordOrder
const directory = mkdtempSync(join(tmpdir(), 'millrace-stages-'))
try {
  writeFileSync(order.file, JSON.stringify(await record(order, directory)))
} finally {
  rmSync(directory, { recursive: true })
}
process.exit(0)
