import type { Graph, OperatorNode } from '../../graph/graph.ts'
import { nodeName, partitioningText } from '../../graph/graph-words.ts'

/** The graph as a Mermaid flowchart: sources rounded, ends doubly framed. */
export function graphMermaid(graph: Graph): string {
  const read = new Set(graph.nodes.flatMap((node) => node.inputs.map((input) => input.from)))
  const lines = ['flowchart LR', ...graph.nodes.map((node) => `  n${node.id}${shape(node, !read.has(node.id))}`)]
  for (const node of graph.nodes) {
    for (const { from, partitioning } of node.inputs) {
      const how = partitioningText(partitioning)
      lines.push(`  n${from} -->${how === null ? '' : `|"${escape(how)}"|`} n${node.id}`)
    }
  }
  return `${lines.join('\n')}\n`
}

function shape(node: OperatorNode, isEnd: boolean): string {
  const text = `"${escape(nodeName(node))}<br/>${escape(node.kind)}"`
  if (node.inputs.length === 0) return `([${text}])`
  return isEnd ? `[[${text}]]` : `[${text}]`
}

/** Mermaid reads entities, with '#' in place of '&', within quotes. */
function escape(text: string): string {
  return text.replaceAll('#', '#35;').replaceAll('"', '#quot;').replaceAll('<', '#lt;').replaceAll('>', '#gt;')
}
