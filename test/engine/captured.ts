import type { Job, LaunchOptions } from '../../src/index.ts'
import { planJob } from '../../src/graph/plan.ts'
import { readCapturedFrames } from '../../src/worker/capture-frames.ts'
import { decodeFrameIndependently } from '../codec/independent-decoder.ts'
import { collect } from './run-job.ts'

/** As src/ring/frame-header.ts documents: the kind of a batch, and the flag of a frame that another fragment follows. */
const BATCH = 1
const MORE = 1

export interface Captured {
  readonly frames: number
  readonly fragments: number
  /** Records by the operator that emitted them. */
  readonly records: ReadonlyMap<string, unknown[]>
  readonly timestamps: ReadonlyMap<string, (number | null)[]>
}

/** Runs a job to its end, everything by rings, and decodes what crossed, with nothing of src/codec. */
export async function captureRun(job: Job, dir: string, options: LaunchOptions & { readonly workers: number }): Promise<Captured> {
  const all = { ...options, transport: 'ring', chaining: 'off', captureDir: dir } as const
  await collect(job, all)
  const plan = planJob(await job.buildGraph(options.config), all)
  const records = new Map<string, unknown[]>()
  const timestamps = new Map<string, (number | null)[]>()
  const parts = new Map<number, Uint8Array[]>()
  let [frames, fragments] = [0, 0]
  for (const { kind, flags, channel, payload } of readCapturedFrames(dir)) {
    if (kind !== BATCH) continue
    parts.set(channel, [...(parts.get(channel) ?? []), payload])
    if ((flags & MORE) !== 0) {
      fragments++
      continue
    }
    frames++
    const { edge } = plan.channels.find(({ id }) => id === channel)!
    const name = plan.graph.nodes[plan.edges[edge]!.fromNode]!.name
    const decoded = decodeFrameIndependently(Buffer.concat(parts.get(channel)!))
    parts.delete(channel)
    const into = <T>(map: Map<string, T[]>): T[] => map.get(name) ?? map.set(name, []).get(name)!
    into(records).push(...decoded.records)
    into(timestamps).push(...(decoded.timestamps ?? decoded.records.map(() => null)))
  }
  if (parts.size > 0) throw new Error('a frame lacks its last fragment')
  return { frames, fragments, records, timestamps }
}
