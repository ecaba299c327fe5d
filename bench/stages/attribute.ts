import { stageOfGenerated, stagesOfChainLines } from './generated-code.ts'
import { isOwner, stageOfFunction } from './modules.ts'
import type { CallFrame, ProfileNode, ThreadRecording } from './recording.ts'
import { type FrameStage, type Stage, STAGE_NAMES } from './stages.ts'

export type StageTimes = Record<Stage, number>

export interface Attributed {
  /** Microseconds of each stage. */
  readonly us: StageTimes
  /** Their sum: all of the profile but what measuring took. */
  readonly totalUs: number
  /** Of that, while nobody could take a sample; counted as idle. */
  readonly lostUs: number
  /** Microseconds by function, for those who look for causes. */
  readonly functions: ReadonlyMap<string, { readonly stage: Stage; readonly us: number }>
}

/** Samples come every half millisecond. Whoever comes this late was not running: other programs had the core, or the machine stood still. */
const LOST_SAMPLE_US = 20_000

export function noTimes(): StageTimes {
  return Object.fromEntries(STAGE_NAMES.map((stage) => [stage, 0])) as StageTimes
}

/** Attributes every sample of a thread's profile to one stage; those in a function with the lines of several, in proportion to the samples of its lines. */
export function attribute({ profile, sources }: Pick<ThreadRecording, 'profile' | 'sources'>): Attributed {
  const shares = sharesOf(profile.nodes, sources)
  const us = noTimes()
  const functions = new Map<string, { stage: Stage; us: number }>()
  let [totalUs, lostUs] = [0, 0]
  profile.samples.forEach((id, i) => {
    const { node, parts } = shares.get(id)!
    if (parts.length === 0) return
    const delta = Math.max(0, profile.timeDeltas[i]!)
    totalUs += delta
    const isGc = parts[0]!.stage === 'gc'
    if (delta > LOST_SAMPLE_US && !isGc) {
      lostUs += delta
      us.idle += delta
      return
    }
    for (const { stage, share } of parts) {
      us[stage] += delta * share
      const key = `${stage} ${nameOf(node.callFrame)}`
      const known = functions.get(key)
      if (known === undefined) functions.set(key, { stage, us: delta * share })
      else known.us += delta * share
    }
  })
  return { us, totalUs, lostUs, functions }
}

interface Shared {
  readonly node: ProfileNode
  /** Sum of the shares: 1. Empty for what belongs to measuring. */
  readonly parts: readonly { readonly stage: Stage; readonly share: number }[]
}

function sharesOf(nodes: readonly ProfileNode[], sources: Readonly<Record<string, string>>): ReadonlyMap<number, Shared> {
  const parents = new Map<number, ProfileNode>()
  for (const node of nodes) for (const child of node.children ?? []) parents.set(child, node)
  return new Map(nodes.map((node) => [node.id, { node, parts: partsOf(node, parents, sources) }]))
}

function partsOf(node: ProfileNode, parents: ReadonlyMap<number, ProfileNode>, sources: Readonly<Record<string, string>>): Shared['parts'] {
  const whole = (stage: Stage): Shared['parts'] => [{ stage, share: 1 }]
  let found: Shared['parts'] | undefined
  for (let at: ProfileNode | undefined = node; at !== undefined; at = parents.get(at.id)) {
    const { callFrame } = at
    const url = urlOf(callFrame, sources)
    const module = moduleOf(url)
    if (module !== undefined && isOwner(module, callFrame.functionName)) return whole('snapshot')
    if (found !== undefined) continue
    const stage = stageOfFrame(callFrame, url, module)
    if (stage === 'probe') return []
    if (stage === null) found = partsOfChain(at, sources[callFrame.scriptId], url)
    else if (stage !== 'caller') found = whole(stage)
  }
  return found ?? whole(node.callFrame.url.startsWith('node:') ? 'loop' : 'other')
}

/** @returns null for the code of a chain */
function stageOfFrame({ functionName }: CallFrame, url: string, module: string | undefined): FrameStage | null {
  if (url === '') return NATIVE[functionName] ?? 'caller'
  if (url.startsWith('millrace:')) return stageOfGenerated(url)
  if (url.startsWith('node:')) return 'caller'
  if (/[\\/]node_modules[\\/]comlink[\\/]/.test(url)) return 'other'
  if (/[\\/]node_modules[\\/]/.test(url)) return 'caller'
  return (module === undefined ? undefined : stageOfFunction(module, functionName)) ?? 'operate'
}

const NATIVE: Readonly<Record<string, FrameStage>> = {
  '(garbage collector)': 'gc',
  '(idle)': 'idle',
  // The thread is in native code that no function of ours called.
  '(program)': 'other',
  '(root)': 'other',
  // Of the inspector.
  dispatch: 'probe',
}

function partsOfChain({ positionTicks = [] }: ProfileNode, source: string | undefined, url: string): Shared['parts'] {
  const all = positionTicks.reduce((sum, { ticks }) => sum + ticks, 0)
  if (source === undefined || all === 0) return [{ stage: 'loop', share: 1 }]
  const stages = stagesOfChainLines(source, url)
  const ticksOf = new Map<Stage, number>()
  for (const { line, ticks } of positionTicks) {
    const stage = stages[line - 1] ?? 'loop'
    ticksOf.set(stage, (ticksOf.get(stage) ?? 0) + ticks)
  }
  return [...ticksOf].map(([stage, ticks]) => ({ stage, share: ticks / all }))
}

/** A profile sometimes lacks the URL of generated code; the text has it. */
function urlOf({ url, scriptId }: CallFrame, sources: Readonly<Record<string, string>>): string {
  if (url !== '') return url
  return /\/\/# sourceURL=(\S+)/.exec(sources[scriptId] ?? '')?.[1] ?? ''
}

/** Path within a build of millrace, without extension. */
function moduleOf(url: string): string | undefined {
  if (/[\\/]node_modules[\\/](?!millrace[\\/])/.test(url)) return undefined
  return /[\\/]dist[\\/]((?:src|actors|bench)[\\/].*)\.[cm]?[jt]s$/.exec(url)?.[1]?.replaceAll('\\', '/')
}

function nameOf({ functionName, url }: CallFrame): string {
  return `${functionName || '(anonymous)'} ${moduleOf(url) ?? url}`.trim()
}
