import { exclusiveBytes, mailboxBudget } from '../../channel/credit.ts'
import { INLET_KIND, type OperatorNode } from '../../graph/graph.ts'
import type { Plan } from '../../graph/plan.ts'
import { backendOf, canChoose } from '../../graph/state-backend.ts'
import { INLET_LOG_BYTES_MAX } from '../../limits.ts'
import type { StateBackend } from '../../state/working/working-store.ts'
import type { EngineOptions } from '../../worker/deployment.ts'
import { bytesText } from '../quantities.ts'
import { nodeName, partitioningText } from '../../graph/graph-words.ts'
import { type JobGuarantee, guaranteeOf } from './guarantee.ts'

export interface ExplainedActor {
  readonly actor: number
  readonly index: number
  /** A worker's number, or 'app': the app thread. */
  readonly thread: number | 'app'
  readonly channels: number
  /** Bytes that it may have received and not processed, over all of its channels. */
  readonly mailboxBytes: number
  /** The part of that which each channel has for itself. */
  readonly allowanceBytes: number
}

export interface ExplainedTask {
  readonly name: string
  /** `backend`: where it keeps its state, 'memory' or 'lmdb, 64 MiB in memory'; null when it has none. */
  readonly operators: readonly { readonly name: string; readonly kind: string; readonly backend: string | null }[]
  /** Where its operators keep their state; where that differs, each with its name. Null when they have none. */
  readonly backend: string | null
  readonly actors: readonly ExplainedActor[]
}

export interface ExplainedEdge {
  readonly from: string
  readonly to: string
  readonly partitioning: string
  readonly channels: number
  /** Channels that cross from one thread to another, through a ring. */
  readonly crossing: number
}

export interface ExplainedRing {
  readonly from: number | 'app'
  readonly to: number | 'app'
  readonly channels: number
  readonly bytes: number
}

export interface Explanation {
  readonly job: string
  readonly workers: number
  readonly tasks: readonly ExplainedTask[]
  readonly edges: readonly ExplainedEdge[]
  readonly rings: readonly ExplainedRing[]
  /** Bounds of everything that can be on its way; state and heaps come on top. */
  readonly memory: {
    readonly mailboxBytes: number
    readonly ringBytes: number
    readonly inletLogBytes: number
    readonly totalBytes: number
  }
  readonly backend: string
  readonly guarantee: JobGuarantee
}

/** Operators that keep state by key, or per instance, and have no choice where: in memory. */
const STATEFUL = new Set([
  'aggregate',
  'combine',
  'window',
  'windowCombine',
  'windowPanes',
  'sessionCombine',
  'sessionMerge',
  'joinBroadcast',
  'mergeByTime',
])

/** What a plan comes to: operator -> actor -> worker -> rings, and what bounds it. A pure function, as the plan is. */
export function explain(plan: Plan, options: EngineOptions): Explanation {
  const tasks = plan.tasks.map((task) => explainTask(plan, task.id, options))
  const rings = explainRings(plan, options)
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)
  const mailboxBytes = sum(tasks.flatMap((task) => task.actors.map((actor) => actor.mailboxBytes)))
  const ringBytes = sum(rings.map((ring) => ring.bytes))
  const inletLogBytes = plan.graph.nodes.filter(({ kind }) => kind === INLET_KIND).length * INLET_LOG_BYTES_MAX
  return {
    job: plan.graph.jobName,
    workers: plan.workers,
    tasks,
    edges: explainEdges(plan, options),
    rings,
    memory: { mailboxBytes, ringBytes, inletLogBytes, totalBytes: mailboxBytes + ringBytes + inletLogBytes },
    backend:
      [...new Set(tasks.flatMap((task) => task.operators.flatMap(({ backend }) => backend ?? [])))].join('; ') ||
      'none, no operator keeps state',
    guarantee: guaranteeOf(plan.graph),
  }
}

function explainTask(plan: Plan, id: number, options: EngineOptions): ExplainedTask {
  const { mailboxBytes } = options
  const { nodes } = plan.tasks[id]!
  const operators = nodes.map((node) => plan.graph.nodes[node]!)
  const actors = plan.actors.filter((actor) => actor.task === id)
  return {
    name: operators.map(nodeName).join(' > '),
    operators: operators.map((node) => ({ name: nodeName(node), kind: node.kind, backend: placeOfState(node, plan, options.backend) })),
    backend: backendsOf(operators, plan, options.backend),
    actors: actors.map(({ id: actor, index, thread }) => {
      const channels = plan.channels.filter((channel) => channel.toActor === actor).length
      const budget = channels === 0 ? 0 : mailboxBudget(mailboxBytes, channels)
      return {
        actor,
        index,
        thread: threadName(plan, thread),
        channels,
        mailboxBytes: budget,
        allowanceBytes: channels === 0 ? 0 : exclusiveBytes(budget, channels),
      }
    }),
  }
}

function backendsOf(operators: readonly OperatorNode[], plan: Plan, run: StateBackend | null): string | null {
  const places = operators.flatMap((node) => {
    const backend = placeOfState(node, plan, run)
    return backend === null ? [] : [{ name: nodeName(node), backend }]
  })
  const backends = new Set(places.map(({ backend }) => backend))
  if (backends.size < 2) return places[0]?.backend ?? null
  return places.map(({ name, backend }) => `${name} ${backend}`).join('; ')
}

function placeOfState(node: OperatorNode, { graph }: Plan, run: StateBackend | null): string | null {
  if (!canChoose(node)) return STATEFUL.has(node.kind) ? 'memory' : null
  const backend = backendOf(node, graph, run)
  return backend.type === 'memory' ? 'memory' : `lmdb, ${bytesText(backend.cacheBytes)} in memory`
}

function explainEdges(plan: Plan, options: EngineOptions): ExplainedEdge[] {
  return plan.edges.map((edge) => {
    const channels = plan.channels.filter((channel) => channel.edge === edge.id)
    const names = (task: number): string => plan.tasks[task]!.nodes.map((node) => nodeName(plan.graph.nodes[node]!)).join(' > ')
    return {
      from: nodeName(plan.graph.nodes[edge.fromNode]!),
      to: names(edge.toTask),
      partitioning: partitioningText(edge.partitioning) ?? 'forward',
      channels: channels.length,
      crossing: channels.filter((channel) => usesRing(channel, options)).length,
    }
  })
}

/** One ring for each ordered pair of threads that exchange records, as the control thread allocates them. */
function explainRings(plan: Plan, options: EngineOptions): ExplainedRing[] {
  const pairs = new Map<string, { from: number; to: number; channels: number }>()
  for (const channel of plan.channels) {
    if (!usesRing(channel, options)) continue
    const key = `${channel.fromThread}>${channel.toThread}`
    const pair = pairs.get(key) ?? { from: channel.fromThread, to: channel.toThread, channels: 0 }
    pair.channels++
    pairs.set(key, pair)
  }
  return [...pairs.values()].map(({ from, to, channels }) => ({
    from: threadName(plan, from),
    to: threadName(plan, to),
    channels,
    bytes: options.ringBytes,
  }))
}

function usesRing(
  { fromThread, toThread }: { readonly fromThread: number; readonly toThread: number },
  { transport }: EngineOptions,
): boolean {
  return fromThread !== toThread || transport === 'ring'
}

function threadName(plan: Plan, thread: number): number | 'app' {
  return thread === plan.workers ? 'app' : thread
}
