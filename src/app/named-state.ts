import { MillraceError } from '../errors.ts'
import type { Graph } from '../graph/graph.ts'
import type { StateSpec, StateSpecs } from '../state/state-specs.ts'

/**
 * The spec of a state that an operator of a job keeps under a name.
 * @throws MillraceError MR_STATE_UNKNOWN that says which there are
 */
export function namedState(graph: Graph, operator: string, state: string): StateSpec<unknown> {
  const keepers = new Map(
    graph.nodes.flatMap(({ name, spec }) => (spec['states'] === undefined ? [] : [[name, spec['states'] as StateSpecs]])),
  )
  const states = keepers.get(operator)
  if (states === undefined) {
    throw new MillraceError(
      'MR_STATE_UNKNOWN',
      `No operator named "${operator}" keeps named state. Those that do: ${listed(keepers.keys())}`,
    )
  }
  if (!Object.hasOwn(states, state))
    throw new MillraceError('MR_STATE_UNKNOWN', `"${operator}" has no state named "${state}". It has: ${listed(Object.keys(states))}`)
  return states[state]!
}

function listed(names: Iterable<string>): string {
  return [...names].join(', ') || 'none'
}
