import { CallTree } from './call-tree.ts'
import { moduleOf } from './frames.ts'
import type { CallFrame, ThreadRecording } from './recording.ts'
import { type Stage, STAGE_NAMES } from './stages.ts'

export type StageTimes = Record<Stage, number>

export interface Attributed {
  /** Microseconds of each stage. */
  readonly us: StageTimes
  /** Their sum: all of the profile but what measuring took. */
  readonly totalUs: number
  /** Of that, while nobody could take a sample; counted as idle. */
  readonly lostUs: number
  /** Of that, what belongs to one of several stages, and was divided among them. */
  readonly unsureUs: number
  /** Microseconds by stage and function, for those who look for causes. */
  readonly functions: ReadonlyMap<string, number>
}

/** Samples come every half millisecond, during collections too. Whoever comes this late was not running: other programs had the core, or the machine stood still. */
const LOST_SAMPLE_US = 20_000

export function noTimes(): StageTimes {
  return Object.fromEntries(STAGE_NAMES.map((stage) => [stage, 0])) as StageTimes
}

/** Attributes every sample of a thread's profile to one stage; those of a node with several, in proportion to the samples of its lines. */
export function attribute(recording: Pick<ThreadRecording, 'profile' | 'sources' | 'functions'>): Attributed {
  const { samples, timeDeltas } = recording.profile
  const tree = new CallTree(recording)
  const us = noTimes()
  const functions = new Map<string, number>()
  let [totalUs, lostUs, unsureUs] = [0, 0, 0]
  samples.forEach((id, i) => {
    const { parts, unsure } = tree.partsOf(id)
    if (parts.length === 0) return
    const delta = Math.max(0, timeDeltas[i]!)
    totalUs += delta
    if (delta > LOST_SAMPLE_US) {
      lostUs += delta
      us.idle += delta
      return
    }
    unsureUs += delta * unsure
    const name = nameOf(tree.node(id).callFrame)
    for (const { stage, share } of parts) {
      us[stage] += delta * share
      functions.set(`${stage}: ${name}`, (functions.get(`${stage}: ${name}`) ?? 0) + delta * share)
    }
  })
  return { us, totalUs, lostUs, unsureUs, functions }
}

function nameOf({ functionName, url }: CallFrame): string {
  return `${functionName || '(anonymous)'} ${moduleOf(url) ?? (url.startsWith('millrace:') ? '' : url)}`.trim()
}
