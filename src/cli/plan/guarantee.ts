import type { Graph, OperatorNode } from '../../graph/graph.ts'
import { INLET_KIND, isOutlet } from '../../graph/graph.ts'
import { nodeName } from './graph-text.ts'

/** From weak to strong. */
const LEVELS = ['unknown', 'at-least-once', 'exactly-once'] as const
export type Guarantee = (typeof LEVELS)[number]

export interface EndGuarantee {
  readonly name: string
  readonly guarantee: Guarantee
  readonly why: string
}

export interface JobGuarantee {
  /** The weakest of all ends. */
  readonly endToEnd: Guarantee
  readonly sources: readonly EndGuarantee[]
  readonly ends: readonly EndGuarantee[]
}

interface Known {
  readonly guarantee: Guarantee
  readonly why: string
}

const REPLAYED = (why: string): Known => ({ guarantee: 'exactly-once', why })

/** Sources that read on from the position of the checkpoint. */
const SOURCES: Readonly<Record<string, Known>> = {
  generate: REPLAYED('rows are made again from their numbers'),
  iterable: REPLAYED('opened again, what was processed is skipped; it must yield the same records'),
  lines: REPLAYED('read on from its position'),
  csv: REPLAYED('read on from its position'),
  jsonLines: REPLAYED('read on from its position'),
  [INLET_KIND]: {
    guarantee: 'exactly-once',
    why: 'kept until a checkpoint covers it; after a crash of the process, push what `committed` does not cover again',
  },
}

const ENDS: Readonly<Record<string, Known>> = {
  fileSink: { guarantee: 'exactly-once', why: 'cut back to the length that the checkpoint knows' },
  consoleSink: { guarantee: 'at-least-once', why: 'what was printed since the checkpoint is printed again' },
  forEachSink: { guarantee: 'at-least-once', why: 'the function is called again for records since the checkpoint' },
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
    endToEnd: judged.reduce<Guarantee>((a, b) => (isWeaker(b.guarantee, a) ? b.guarantee : a), 'exactly-once'),
    sources: sources.map((node) => ({ name: nodeName(node), ...sourceOf(node) })),
    ends: judged,
  }
}

function isWeaker(a: Guarantee, b: Guarantee): boolean {
  return LEVELS.indexOf(a) < LEVELS.indexOf(b)
}

function sourceOf(node: OperatorNode): Known {
  return declared(node) ?? (Object.hasOwn(SOURCES, node.kind) ? SOURCES[node.kind]! : unknown(node))
}

function endOf(node: OperatorNode): Known {
  if (isOutlet(node)) return OUTLET
  return declared(node) ?? (Object.hasOwn(ENDS, node.kind) ? ENDS[node.kind]! : unknown(node))
}

/** What a source or sink says of itself, for kinds that users define. */
function declared(node: OperatorNode): Known | null {
  const guarantee = LEVELS.find((level) => level === node.spec['guarantee'])
  return guarantee === undefined ? null : { guarantee, why: `the ${node.kind} says so` }
}

function unknown(node: OperatorNode): Known {
  return { guarantee: 'unknown', why: `a ${node.kind} does not say` }
}

function sourcesOf(graph: Graph, end: OperatorNode): OperatorNode[] {
  const seen = new Set<number>([end.id])
  for (const id of seen) for (const { from } of graph.nodes[id]!.inputs) seen.add(from)
  return [...seen].map((id) => graph.nodes[id]!).filter((node) => node.inputs.length === 0)
}
