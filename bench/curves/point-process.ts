/** The process of one point: `node point-process.js '{"job":"many-keys",...}'`. Runs a job without an end until it is in its steady state, measures it for a while, prints what it found. */
import { extname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Job, launch, type LaunchSettings, type Run } from '../../src/index.ts'

export interface PointOrder {
  /** File of bench/jobs. */
  readonly job: string
  readonly config: Readonly<Record<string, unknown>>
  readonly launch: LaunchSettings
  readonly warmSeconds: number
  /** Made before anything counts; what takes longer than `warmSecondsMax` is measured as far as it came. */
  readonly warmRecords?: number
  readonly seconds: number
  /** No checkpoints but one at the end, of all state. */
  readonly checkpoint?: boolean
}

export interface PointMeasures {
  readonly recordsPerSecond: number
  /** Processor time of the process. */
  readonly cpuNsPerRecord: number
  readonly rssBytes: number
  readonly warmRecords: number
  /** Of the checkpoint that was asked for. */
  readonly checkpointMs?: number
  readonly checkpointBytes?: number
}

const WARM_SECONDS_MAX = 40

async function madeSoFar(run: Run): Promise<number> {
  const { workers } = await run.stats()
  return workers.flatMap(({ actors }) => actors.map(({ progress }) => progress?.position ?? 0)).reduce((sum, made) => sum + made, 0)
}

async function measure({
  job,
  config,
  launch: settings,
  warmSeconds,
  warmRecords = 0,
  seconds,
  checkpoint,
}: PointOrder): Promise<PointMeasures> {
  const { default: value } = (await import(new URL(`../jobs/${job}${extname(import.meta.url)}`, import.meta.url).href)) as { default: Job }
  const run = await launch(value, { ...settings, config, ...(checkpoint === true && { checkpointIntervalMs: Infinity }) })
  for (let waited = 0; waited < WARM_SECONDS_MAX; waited += 0.5) {
    await sleep(500)
    if (waited >= warmSeconds && (await madeSoFar(run)) >= warmRecords) break
  }
  const [before, cpuBefore, fromMs] = [await madeSoFar(run), process.cpuUsage(), performance.now()]
  await sleep(1000 * seconds)
  const [records, cpu, wallMs] = [(await madeSoFar(run)) - before, process.cpuUsage(cpuBefore), performance.now() - fromMs]
  const rssBytes = process.memoryUsage.rss()
  if (records <= 0) throw new Error(`${job} made no record in ${seconds} s`)
  const taken = checkpoint === true ? await takeCheckpoint(run) : {}
  return {
    recordsPerSecond: (1000 * records) / wallMs,
    cpuNsPerRecord: (1000 * (cpu.user + cpu.system)) / Math.max(1, records),
    rssBytes,
    warmRecords: before,
    ...taken,
  }
}

async function takeCheckpoint(run: Run): Promise<Pick<PointMeasures, 'checkpointMs' | 'checkpointBytes'>> {
  const fromMs = performance.now()
  await run.checkpoint()
  const checkpointMs = performance.now() - fromMs
  const { checkpoints } = await run.stats()
  return { checkpointMs, checkpointBytes: checkpoints.latest?.bytes ?? 0 }
}

console.log(JSON.stringify(await measure(JSON.parse(process.argv[2]!) as PointOrder)))
process.exit(0)
