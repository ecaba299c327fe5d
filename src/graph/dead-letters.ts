import { MillraceError } from '../errors.ts'
import type { InputEdge, OperatorNode, Origin } from './graph.ts'

/** The named output for records on which an operator threw. No output of a user begins with '!'. */
export const DEAD_LETTERS = '!deadLetters'

/** The output of a sender for records that could not be given to an instance of `reader`: the reader's key or partitioner threw. */
export function undeliveredTo(reader: number): string {
  return `${DEAD_LETTERS}:${reader}`
}

/** A named output after operators were renumbered. */
export function renumbered(output: string | undefined, numbers: ReadonlyMap<number, number>): string | undefined {
  const prefix = `${DEAD_LETTERS}:`
  return output?.startsWith(prefix) === true ? undeliveredTo(numbers.get(Number(output.slice(prefix.length)))!) : output
}

export function holdsDeadLetters(output: string | undefined): boolean {
  return output !== undefined && output.startsWith(DEAD_LETTERS)
}

/** True when code of the reading operator runs where records are sent. */
export function asksReader({ partitioning: { type } }: Pick<InputEdge, 'partitioning'>): boolean {
  return type === 'hash' || type === 'custom' || type === 'time'
}

/** All outputs that dead letters of an operator, and of those that belong to it, come out of. */
export function letterOrigins(node: OperatorNode, nodes: readonly OperatorNode[]): Origin[] {
  const origins = (node.parts ?? []).flatMap((part) => letterOrigins(nodes[part]!, nodes))
  if (!node.onError?.deadLetter) return origins
  const senders = new Set(node.inputs.filter(asksReader).map(({ from }) => from))
  return [...origins, { from: node.id, output: DEAD_LETTERS }, ...[...senders].map((from) => ({ from, output: undeliveredTo(node.id) }))]
}

/** @throws MillraceError MR_GRAPH_INVALID for an operator whose dead letters would be lost */
export function requireReaders(nodes: readonly OperatorNode[]): void {
  const read = new Set(nodes.flatMap(({ inputs }) => inputs.filter(({ output }) => output === DEAD_LETTERS).map(({ from }) => from)))
  for (const { id, name, site, onError } of nodes) {
    if (!onError?.deadLetter || read.has(id)) continue
    throw new MillraceError(
      'MR_GRAPH_INVALID',
      "Nobody reads the dead letters of an operator with onError: 'deadLetter'. Read those of one operator with stream.deadLetters(), or those of all with " +
        "deadLetters() of build's context after the last operator, or give defineJob a sink: deadLetters: sink.file(...)",
      { operator: name, site },
    )
  }
}
