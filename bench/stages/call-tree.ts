import { stageOfFrame, urlOf, moduleOf } from './frames.ts'
import { stagesOfChainLines } from './generated-code.ts'
import { isOwner } from './modules.ts'
import type { FunctionLines, ProfileNode, ThreadRecording } from './recording.ts'
import type { Stage } from './stages.ts'

/** How the samples of a node are divided. The shares add up to 1; there are none for what belongs to measuring. */
export interface Parts {
  readonly parts: readonly { readonly stage: Stage; readonly share: number }[]
  /** The share of samples whose line fits functions of several stages; these have equal parts of it. */
  readonly unsure: number
}

const OUTWARD: ReadonlySet<string> = new Set<Stage>(['encode', 'cross', 'decode', 'snapshot', 'time', 'loop'])

type Found = Stage | 'probe' | ProfileNode

/** The nodes of a profile, and which stages they belong to. */
export class CallTree {
  readonly #recording: Pick<ThreadRecording, 'sources' | 'functions'>
  readonly #nodes: ReadonlyMap<number, ProfileNode>
  readonly #parents = new Map<number, ProfileNode>()
  readonly #parts = new Map<number, Parts>()

  constructor({ profile, ...recording }: Pick<ThreadRecording, 'profile' | 'sources' | 'functions'>) {
    this.#recording = recording
    this.#nodes = new Map(profile.nodes.map((node) => [node.id, node]))
    for (const node of profile.nodes) for (const child of node.children ?? []) this.#parents.set(child, node)
  }

  node(id: number): ProfileNode {
    return this.#nodes.get(id)!
  }

  partsOf(id: number): Parts {
    let parts = this.#parts.get(id)
    if (parts === undefined) this.#parts.set(id, (parts = this.#divide(this.node(id))))
    return parts
  }

  #divide(node: ProfileNode): Parts {
    const found = this.#find(node)
    if (found === 'probe') return { parts: [], unsure: 0 }
    if (typeof found === 'object' && found !== node) return this.partsOf(found.id)
    const { positionTicks = [] } = node
    const all = positionTicks.reduce((sum, { ticks }) => sum + ticks, 0)
    if (all === 0) return { parts: [{ stage: typeof found === 'object' ? 'loop' : found, share: 1 }], unsure: 0 }
    const shares = new Map<Stage, number>()
    let unsure = 0
    for (const { line, ticks } of positionTicks) {
      const stages = this.#stagesOfLine(node, found, line)
      if (stages.length > 1) unsure += ticks / all
      for (const stage of stages) shares.set(stage, (shares.get(stage) ?? 0) + ticks / all / stages.length)
    }
    return { parts: [...shares].map(([stage, share]) => ({ stage, share })), unsure }
  }

  /**
   * A line may be one of a function that was inlined. Then it is one of those that the node has called at some time, be it before they were inlined. The lines of a chain do next to nothing
   * themselves: they count only where no such function fits. Other functions have the lines between their first and their last for themselves.
   */
  #stagesOfLine(node: ProfileNode, found: Stage | ProfileNode, line: number): readonly Stage[] {
    const isChain = typeof found === 'object'
    const own = this.#linesOf(node)
    if (!isChain && (own === undefined || fits(own, line))) return [found]
    const inlined = new Set<Stage>()
    for (const called of this.#below(node)) {
      const lines = this.#linesOf(called)
      if (lines === undefined || !fits(lines, line)) continue
      const stage = this.#find(called)
      if (typeof stage === 'string' && stage !== 'probe') inlined.add(stage)
    }
    if (inlined.size > 0) return [...inlined]
    return [isChain ? this.#chainStage(node, line) : found]
  }

  #chainStage({ callFrame }: ProfileNode, line: number): Stage {
    const source = this.#recording.sources[callFrame.scriptId]
    return (source === undefined ? undefined : stagesOfChainLines(source, urlOf(callFrame, this.#recording.sources))[line - 1]) ?? 'loop'
  }

  /** What a node is, or the chain that decides it: its own stage, or that of the first of its callers that has one. */
  #find(node: ProfileNode): Found {
    const { sources } = this.#recording
    let found: Found | undefined
    for (let at: ProfileNode | undefined = node; at !== undefined; at = this.#parents.get(at.id)) {
      const url = urlOf(at.callFrame, sources)
      const module = moduleOf(url)
      if (module !== undefined && isOwner(module, at.callFrame.functionName)) return 'snapshot'
      if (found !== undefined) continue
      const stage = stageOfFrame(at.callFrame, url)
      if (stage === 'probe') return 'probe'
      if (stage === null) found = at
      else if (stage !== 'caller' && !(at !== node && stage === 'other' && at.callFrame.functionName === '(root)')) found = stage
    }
    return found ?? (node.callFrame.url.startsWith('node:') ? 'loop' : 'other')
  }

  #linesOf({ callFrame: { scriptId, lineNumber } }: ProfileNode): FunctionLines | undefined {
    return this.#recording.functions[scriptId]?.find(({ first }) => first === lineNumber + 1)
  }

  /** What a node has called, as far as it may have been inlined: what leads out of an operator is, what that does is not. */
  *#below({ children = [] }: ProfileNode): Generator<ProfileNode> {
    for (const id of children) {
      const child = this.node(id)
      yield child
      const found = this.#find(child)
      if (typeof found === 'object' || !OUTWARD.has(found)) yield* this.#below(child)
    }
  }
}

function fits({ first, last }: FunctionLines, line: number): boolean {
  return line >= first && line <= last
}
