import type { OperatorDefinition } from '../actor/contract.ts'
import { MillraceError } from '../errors.ts'
import type { SinkSpec } from './sinks.ts'

/** Checks of the parts that operators are given, for those who write plain JavaScript. All throw MR_GRAPH_INVALID. */

export function checkSinkSpec(sink: SinkSpec<never>, site: string): void {
  const given = sink as Partial<SinkSpec<never>> | null | undefined
  if (typeof given?.kind !== 'string' || given.parallelism === undefined || given.spec === undefined) {
    throw new MillraceError('MR_GRAPH_INVALID', 'to takes a sink: sink.file(...), sink.forEach(...) and their like make one', { site })
  }
}

export function checkDefinition(definition: OperatorDefinition, site: string): void {
  const given = definition as Partial<OperatorDefinition> | null | undefined
  if (typeof given?.kind !== 'string' || given.kind === '') {
    throw new MillraceError('MR_GRAPH_INVALID', 'transform takes a definition { kind, create }; see docs/operators.md', { site })
  }
}
