import type { Partitioning } from '../../actor/partitioning.ts'
import type { Graph } from '../../graph/graph.ts'
import { nodeName, partitioningText } from '../../graph/graph-words.ts'
import { alignRows } from '../align.ts'
import { siteText } from './site-text.ts'

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
