import { MillraceError } from '../errors.ts'
import type { Graph, InputEdge, OperatorNode } from './graph.ts'

/** One line per operator; two threads that built the same graph have equal lines. */
export function fingerprint(graph: Graph): string[] {
  return graph.nodes.map(describe)
}

function describe(node: OperatorNode): string {
  const inputs = node.inputs.map((input) => `${place(input)}:${print(input.partitioning)}`)
  return `${node.kind} "${node.name}" x${node.parallelism} <- [${inputs.join(', ')}] ${print(node.spec)}${node.backend === undefined ? '' : ` backend ${print(node.backend)}`}${node.onError === undefined ? '' : ` onError ${print(node.onError)}`}${node.placement === undefined ? '' : ` placement ${print(node.placement)}`}`
}

function place({ from, output, input = 0 }: InputEdge): string {
  return `${input === 0 ? '' : `${input}=`}${from}${output === undefined ? '' : `.${output}`}`
}

function print(value: unknown): string {
  if (typeof value === 'function') return `fn ${value.name} ${hashText(String(value))}`
  if (typeof value === 'string' || typeof value === 'bigint') return JSON.stringify(String(value))
  if (typeof value !== 'object' || value === null) return String(value)
  if (Array.isArray(value)) return `[${value.map(print).join(',')}]`
  return `{${Object.entries(value)
    .map(([key, inner]) => `${key}:${print(inner)}`)
    .join(',')}}`
}

function hashText(text: string): string {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return (hash >>> 0).toString(16)
}

/** @throws MillraceError MR_GRAPH_DIFFERS with the first operator in which two threads differ. */
export function checkSameGraph(expected: readonly string[], actual: readonly string[], thread: string): void {
  const length = Math.max(expected.length, actual.length)
  for (let i = 0; i < length; i++) {
    if (expected[i] === actual[i]) continue
    throw new MillraceError(
      'MR_GRAPH_DIFFERS',
      `build() gave another graph on ${thread}. First difference, operator ${i}:\n  here:  ${expected[i] ?? '(none)'}\n  there: ${actual[i] ?? '(none)'}`,
    )
  }
}

/** What state depends on: kinds, names and edges, but neither code nor options. */
export function structure(graph: Graph): string {
  return graph.nodes
    .map((node) => `${node.kind} ${node.name} <- ${node.inputs.map((input) => `${place(input)}:${input.partitioning.type}`).join(',')}`)
    .join('; ')
}
