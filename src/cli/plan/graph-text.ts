import type { Partitioning } from '../../actor/partitioning.ts'
import type { Graph, OperatorNode } from '../../graph/graph.ts'
import { isOutlet, outletName } from '../../graph/graph.ts'
import { alignRows } from '../align.ts'
import { siteText } from './site-text.ts'

/** What the graph shows of an operator; outlets go by their own names. */
export function nodeName(node: OperatorNode): string {
  return isOutlet(node) ? outletName(node) : node.name
}

/** 'hash by shop'; null for what goes straight on. */
export function partitioningText(partitioning: Partitioning): string | null {
  if (partitioning.type === 'forward') return null
  if (partitioning.type !== 'hash') return partitioning.type
  return typeof partitioning.key === 'string' ? `hash by ${partitioning.key}` : 'hash by a function'
}

/** One line an operator: name, kind, instances, what it reads, where it is defined. */
export function graphText(graph: Graph): string {
  const rows = graph.nodes.map((node) => [
    `  ${nodeName(node)}`,
    node.kind,
    `x ${node.parallelism}`,
    node.inputs.length === 0 ? '' : `<- ${node.inputs.map((input) => inputText(graph, input.from, input.partitioning)).join(', ')}`,
    siteText(node.site),
  ])
  return `${graph.jobName}: ${graph.nodes.length} operators\n${alignRows(rows).join('\n')}\n`
}

function inputText(graph: Graph, from: number, partitioning: Partitioning): string {
  const how = partitioningText(partitioning)
  return `${nodeName(graph.nodes[from]!)}${how === null ? '' : ` (${how})`}`
}
