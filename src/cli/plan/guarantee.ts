import type { Graph, OperatorNode } from '../../graph/graph.ts'
import { INLET_KIND, isOutlet } from '../../graph/graph.ts'
import { nodeName } from '../../graph/graph-words.ts'

/** From weak to strong. */
const LEVELS = ['unknown', 'at-most-once', 'at-least-once', 'effectively-once', 'exactly-once'] as const
export type KnownGuarantee = (typeof LEVELS)[number]

export interface EndGuarantee {
  readonly name: string
  readonly guarantee: KnownGuarantee
  readonly why: string
}

export interface JobGuarantee {
  /** The weakest of all ends. */
  readonly endToEnd: KnownGuarantee
  readonly sources: readonly EndGuarantee[]
  readonly ends: readonly EndGuarantee[]
}

interface Known {
  readonly guarantee: KnownGuarantee
  readonly why: string
}

/** Why it is so, by kind. The guarantee itself is what the operator states. */
const WHY: Readonly<Record<string, string>> = {
  generate: 'rows are made again from their numbers',
  iterable: 'opened again, what was processed is skipped; it must yield the same records',
  'iterable at-most-once': 'a live input does not repeat itself: what came since the checkpoint is gone',
  timer: 'numbers go on from the checkpoint; ticks that were missed are left out',
  lines: 'read on from its position',
  csv: 'read on from its position',
  jsonLines: 'read on from its position',
  [INLET_KIND]: 'kept until a checkpoint covers it; after a crash of the process, push what `committed` does not cover again',
  fileSink: 'cut back to the length that the checkpoint knows',
  filesSink: 'files become visible with the checkpoint that holds them',
  tableSink: 'rows change with the checkpoint that holds them, each commit counted',
  upsertSink: 'rows since the checkpoint are written again: of each key the newest counts',
  twoPhaseSink: 'transactions are committed with the checkpoint that holds them',
  consoleSink: 'what was printed since the checkpoint is printed again',
  consoleTableSink: 'rows since the checkpoint are shown again',
  forEachSink: 'the function is called again for records since the checkpoint',
  forEachBatchSink: 'the function is called again for records since the checkpoint',
  nodeStreamSink: 'what was written since the checkpoint is written again, to a new stream',
  webStreamSink: 'what was written since the checkpoint is written again, to a new stream',
}

const OUTLET: Known = { guarantee: 'at-least-once', why: 'records since the checkpoint come again' }

/** What each end of a job shows after a failure, and so the job: an end is no better than the sources that reach it. */
export function guaranteeOf(graph: Graph): JobGuarantee {
  const read = new Set(graph.nodes.flatMap((node) => node.inputs.map((input) => input.from)))
  const sources = graph.nodes.filter((node) => node.inputs.length === 0)
  const ends = graph.nodes.filter((node) => !read.has(node.id) && node.inputs.length > 0)
  const reached = ends.map((end) => ({ end, own: endOf(end), from: sourcesOf(graph, end) }))
  const judged = reached.map(({ end, own, from }) => {
    const weakest = from.map(sourceOf).reduce((a, b) => (isWeaker(b.guarantee, a.guarantee) ? b : a), own)
    return { name: nodeName(end), ...weakest }
  })
  return {
    endToEnd: judged.reduce<KnownGuarantee>((a, b) => (isWeaker(b.guarantee, a) ? b.guarantee : a), 'exactly-once'),
    sources: sources.map((node) => ({ name: nodeName(node), ...sourceOf(node) })),
    ends: judged,
  }
}

function isWeaker(a: KnownGuarantee, b: KnownGuarantee): boolean {
  return LEVELS.indexOf(a) < LEVELS.indexOf(b)
}

function sourceOf(node: OperatorNode): Known {
  return stated(node)
}

function endOf(node: OperatorNode): Known {
  return isOutlet(node) ? OUTLET : stated(node)
}

function stated({ kind, guarantee, definition }: OperatorNode): Known {
  if (guarantee === undefined) return { guarantee: 'unknown', why: `a ${kind} does not say` }
  const why = definition === undefined ? (WHY[`${kind} ${guarantee}`] ?? WHY[kind]) : undefined
  return { guarantee, why: why ?? `the ${kind} says so` }
}

function sourcesOf(graph: Graph, end: OperatorNode): OperatorNode[] {
  const seen = new Set<number>([end.id])
  for (const id of seen) for (const { from } of graph.nodes[id]!.inputs) seen.add(from)
  return [...seen].map((id) => graph.nodes[id]!).filter((node) => node.inputs.length === 0)
}
