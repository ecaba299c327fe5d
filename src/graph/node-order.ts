import { MillraceError } from '../errors.ts'
import { renumbered } from './dead-letters.ts'
import type { OperatorNode } from './graph.ts'

/**
 * The same operators in an order in which inputs come before their readers, renumbered; otherwise as they were. An operator that was given inputs after it
 * was made may read later ones.
 *
 * @throws MillraceError MR_GRAPH_INVALID for operators that read each other in a circle
 */
export function inOrder(nodes: readonly OperatorNode[]): readonly OperatorNode[] {
  if (nodes.every(({ id, inputs }) => inputs.every(({ from }) => from < id))) return nodes
  const order: OperatorNode[] = []
  const numbers = new Map<number, number>()
  const under = new Set<number>()
  const place = (node: OperatorNode): void => {
    if (numbers.has(node.id)) return
    if (under.has(node.id)) throw refuseCircle(node)
    under.add(node.id)
    for (const { from } of node.inputs) place(nodes[from]!)
    numbers.set(node.id, order.length)
    order.push(node)
  }
  nodes.forEach(place)
  return order.map((node, id) => ({
    ...node,
    id,
    inputs: node.inputs.map((input) => ({ ...input, from: numbers.get(input.from)!, output: renumbered(input.output, numbers) })),
    ...(node.parts && { parts: node.parts.map((part) => numbers.get(part)!) }),
  }))
}

function refuseCircle({ name, site }: OperatorNode): MillraceError {
  return new MillraceError('MR_GRAPH_INVALID', `"${name}" reads what comes out of itself: a stream cannot query state that it updates`, {
    operator: name,
    site,
  })
}
