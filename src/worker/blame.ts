import { describeError } from '../core/failure.ts'
import { MillraceError } from '../errors.ts'
import type { OperatorNode } from '../graph/graph.ts'

/** How errors say where they come from. */
export function placeOf(node: OperatorNode): { operator: string; site: string } {
  return { operator: node.name, site: node.site }
}

/** Names the operator whose code threw, unless a deeper one was named already. */
export function blame(error: unknown, node: OperatorNode | undefined): unknown {
  if (node === undefined || (error instanceof MillraceError && error.operator !== undefined)) return error
  if (error instanceof MillraceError) return new MillraceError(error.code, error.message, { cause: error.cause ?? error, ...placeOf(node) })
  const { class: name, message } = describeError(error)
  const text = error instanceof Error ? `${name}: ${message}` : message
  return new MillraceError('MR_OPERATOR_FAILED', `An operator threw ${text}`, { cause: error, ...placeOf(node) })
}
