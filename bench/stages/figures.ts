import { attribute, noTimes, type StageTimes } from './attribute.ts'
import type { Recording, ThreadRecording } from './recording.ts'
import { type Stage, STAGE_NAMES } from './stages.ts'

/** A workload's costs by record that its sources made. */
export interface Figures {
  readonly query: string
  readonly workers: number
  readonly recordsPerSecond: number
  /** Thread time of the workers, and what the other threads were busy. */
  readonly ns: StageTimes
  /** Their sum: workers divided by the rate, and what the other threads were busy. */
  readonly totalNs: number
  /** Of the process, by the operating system. Above what the stages tell without `idle`: threads of V8 that compile and collect. */
  readonly cpuNs: number
  /** Bytes allocated in the heaps of the workers, and outside of them in buffers. */
  readonly heapBytes: number
  readonly bufferBytes: number
  /** Part of the workers' time for which collections stopped them, by their own account. */
  readonly gcShare: number
  /** Part of the workers' time for which they did not run, though nothing kept them. */
  readonly lostShare: number
  /** Part of it that belongs to one of several stages, and was divided among them. */
  readonly unsureShare: number
  readonly checkpoints: number
  /** Most expensive functions with their stage. */
  readonly top: readonly { readonly name: string; readonly ns: number }[]
}

const TOP = 12

export function figuresOf(recording: Recording): Figures {
  const { query, workers, records, wallUs, cpuUs, checkpoints, threads } = recording
  const ns = noTimes()
  const functions = new Map<string, number>()
  let [lost, unsure] = [0, 0]
  // Threads begin and end a moment apart: each is scaled to the time in which the records were counted.
  const scaled = (thread: ThreadRecording, amount: number): number => (amount * wallUs) / thread.wallUs
  const ours = threads.filter(({ role }) => role === 'worker')
  for (const thread of threads) {
    const { us, totalUs, lostUs, unsureUs, functions: its } = attribute(thread)
    const perRecord = (1000 * wallUs) / Math.max(1, totalUs) / records
    if (thread.role === 'worker') {
      for (const stage of STAGE_NAMES) ns[stage] += us[stage] * perRecord
      for (const [name, time] of its) functions.set(name, (functions.get(name) ?? 0) + time * perRecord)
      lost += lostUs / Math.max(1, totalUs) / ours.length
      unsure += unsureUs / Math.max(1, totalUs) / ours.length
    } else ns[thread.role === 'storage' ? 'snapshot' : 'other'] += (totalUs - us.idle) * perRecord
  }
  const sum = (of: (thread: ThreadRecording) => number): number => ours.reduce((total, thread) => total + scaled(thread, of(thread)), 0)
  return {
    query,
    workers,
    recordsPerSecond: (records * 1e6) / wallUs,
    ns,
    totalNs: total(ns),
    cpuNs: (1000 * cpuUs) / records,
    heapBytes: sum(({ heapBytes }) => heapBytes) / records,
    bufferBytes: sum(({ externalBytes }) => externalBytes) / records,
    gcShare: sum(({ gcUs }) => gcUs) / (wallUs * ours.length),
    lostShare: lost,
    unsureShare: unsure,
    checkpoints,
    top: [...functions]
      .toSorted(([, a], [, b]) => b - a)
      .slice(0, TOP)
      .map(([name, time]) => ({ name, ns: time })),
  }
}

export function total(ns: StageTimes): number {
  return STAGE_NAMES.reduce((sum, stage) => sum + ns[stage], 0)
}

/** The stages that cost most, most expensive first, without waiting. */
export function topStages({ ns }: Pick<Figures, 'ns'>, count: number): readonly Stage[] {
  return STAGE_NAMES.filter((stage) => stage !== 'idle')
    .toSorted((a, b) => ns[b] - ns[a])
    .slice(0, count)
}

/** The mean of several runs of one workload; the most expensive functions are those of the last. */
export function meanOf(runs: readonly Figures[]): Figures {
  const mean = (of: (figures: Figures) => number): number => runs.reduce((sum, figures) => sum + of(figures), 0) / runs.length
  return {
    ...runs.at(-1)!,
    recordsPerSecond: mean((figures) => figures.recordsPerSecond),
    ns: Object.fromEntries(STAGE_NAMES.map((stage) => [stage, mean(({ ns }) => ns[stage])])) as StageTimes,
    totalNs: mean((figures) => figures.totalNs),
    cpuNs: mean((figures) => figures.cpuNs),
    heapBytes: mean((figures) => figures.heapBytes),
    bufferBytes: mean((figures) => figures.bufferBytes),
    gcShare: mean((figures) => figures.gcShare),
    lostShare: mean((figures) => figures.lostShare),
    unsureShare: mean((figures) => figures.unsureShare),
  }
}
