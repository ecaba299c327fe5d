import type { Partitioning } from '../actor/partitioning.ts'
import type { OperatorNode } from './graph.ts'
import { isOutlet, outletName } from './graph.ts'

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
