import type { OperatorDefinition } from '../actor/contract.ts'
import type { Partitioning } from '../actor/partitioning.ts'
import type { StateBackend } from '../state/working/working-store.ts'
import type { MaskPaths } from '../core/mask.ts'
import type { CheckedPolicy } from './error-policy.ts'
import type { PlacementWish } from './placement-options.ts'

/** Where records come from: an operator, and which of its outputs. */
export interface Origin {
  readonly from: number
  /** Absent: the output that every operator has. */
  readonly output?: string | undefined
}

export interface InputEdge extends Origin {
  readonly partitioning: Partitioning
  /** Which of the operator's inputs it leads to, for operators that tell them apart. Default 0. */
  readonly input?: number
}

/** Number of instances: a number, or as many as there are workers. */
export type Parallelism = number | 'workers'

/**
 * What a source or a sink does with records that a failure makes the job process again. 'exactly-once': none is lost, none counted or
 * shown twice. 'effectively-once': what is there in the end is as if none had come twice, though some did. 'at-least-once': none is lost, some may come again. 'at-most-once': some may be lost, none comes again.
 */
export type Guarantee = 'exactly-once' | 'effectively-once' | 'at-least-once' | 'at-most-once'

/** One logical operator. `spec` holds what its kind needs: functions, field names, paths. */
export interface OperatorNode {
  readonly id: number
  readonly name: string
  readonly kind: string
  /** The job's author chose the name: it stays when operators before it come or go. */
  readonly isNamed?: boolean
  readonly inputs: readonly InputEdge[]
  readonly parallelism: Parallelism
  readonly spec: Readonly<Record<string, unknown>>
  /** `file:line:column` of the call that defined it. */
  readonly site: string
  /** What sources and sinks state of themselves. */
  readonly guarantee?: Guarantee
  /** Present for operators that users define; built-in kinds are found in the registry. */
  readonly definition?: OperatorDefinition
  /** What happens to a record on which it throws; absent: the job fails. */
  readonly onError?: CheckedPolicy
  /** Where it keeps its state by key, where that was said. */
  readonly backend?: StateBackend
  /** Where it is to run, and what it needs there, as far as that was said. */
  readonly placement?: PlacementWish
  /** Operators that were made by the same call and do the work on its records. */
  readonly parts?: readonly number[]
}

/** What build() described. Node ids are positions in `nodes`; inputs come before their readers. */
export interface Graph {
  readonly jobName: string
  readonly nodes: readonly OperatorNode[]
  /** Of operators that do not say it themselves. */
  readonly backend?: StateBackend
  /** Fields that people are not to see. */
  readonly mask?: MaskPaths
}

export const OUTLET_KIND = 'outlet'
export const INLET_KIND = 'inlet'

/** Outlets live on the app thread, as one end of channels. */
export function isOutlet(node: Pick<OperatorNode, 'kind'>): boolean {
  return node.kind === OUTLET_KIND
}

/** The name under which build() returned the stream. */
export function outletName(node: OperatorNode): string {
  return node.spec['outlet'] as string
}

/** What an operator emits, as far as nothing says how it is spread. */
export function outputOf(node: OperatorNode, output?: string): InputEdge {
  return { from: node.id, output, partitioning: { type: 'forward' } }
}
