import { onlyKnown } from '../core/known-options.ts'
import { MillraceError } from '../errors.ts'
import type { KeySelector } from '../actor/partitioning.ts'
import type { GraphBuilder, OperatorOptions } from './graph-builder.ts'
import { type InputEdge, type OperatorNode, type Origin, outputOf } from './graph.ts'
import type { Stream } from './stream.ts'
import type { LateRecords } from './windowed-stream.ts'

/** How far apart in event time the records of an interval join may be, in whole ms: `lowerMs` <= time of the right one - time of the left one <= `upperMs`. */
export interface Interval {
  /** Below 0: the right record may come before the left one. */
  readonly lowerMs: number
  readonly upperMs: number
  /** The bound itself is not part of it. Default false. */
  readonly lowerExclusive?: boolean
  readonly upperExclusive?: boolean
}

/** Event times in ms of the two records that a join has found. */
export interface JoinTimes {
  readonly leftTime: number
  readonly rightTime: number
}

/** Options of joins that know late records. `L` is 'output' where they are wanted. */
export interface JoinOptions<L extends LateRecords = 'drop'> extends OperatorOptions {
  /** Records that came too late to be joined: dropped, or streams of their own beside the results. Default 'drop'. */
  readonly lateRecords?: L
}

/** What comes out of a join: a stream, or with `lateRecords: 'output'` three. */
export type JoinOutput<R, T, U, L> = [L] extends ['output']
  ? { readonly results: Stream<R>; readonly lateLeft: Stream<T>; readonly lateRight: Stream<U> }
  : Stream<R>

/** One side of a join. */
export interface JoinSide {
  readonly origins: readonly Origin[]
  readonly key: KeySelector
}

/**
 * The other side of a join or of connected streams.
 * @throws MillraceError MR_GRAPH_INVALID for a stream that is not keyed
 */
export function otherSide(stream: { joinSide(): JoinSide }, operator: string, site: string): JoinSide {
  if (typeof stream?.joinSide === 'function') return stream.joinSide()
  throw new MillraceError('MR_GRAPH_INVALID', `${operator} takes a keyed stream: give it other.keyBy(...)`, { site })
}

/** Records of both sides by key: the left side is input 0. */
export function joinEdges(left: JoinSide, right: JoinSide): InputEdge[] {
  return [left, right].flatMap(({ origins, key }, input) =>
    origins.map(({ from, output }) => ({ from, output, partitioning: { type: 'hash' as const, key }, ...(input > 0 && { input }) })),
  )
}

/** @throws MillraceError MR_OPTION_INVALID */
export function intervalSpec(interval: Interval, site: string): { readonly lowerMs: number; readonly upperMs: number } {
  onlyKnown('The interval of intervalJoin', interval, { lowerMs: 1, upperMs: 1, lowerExclusive: 1, upperExclusive: 1 }, site)
  const { lowerMs, upperMs, lowerExclusive = false, upperExclusive = false } = interval ?? {}
  for (const [name, value] of Object.entries({ lowerMs, upperMs })) {
    if (!Number.isSafeInteger(value))
      throw new MillraceError('MR_OPTION_INVALID', `intervalJoin: ${name}=${String(value)} is not a whole number of milliseconds`, { site })
  }
  const spec = { lowerMs: lowerMs + (lowerExclusive ? 1 : 0), upperMs: upperMs - (upperExclusive ? 1 : 0) }
  if (spec.lowerMs > spec.upperMs)
    throw new MillraceError('MR_OPTION_INVALID', `intervalJoin: no time lies between lowerMs=${lowerMs} and upperMs=${upperMs}`, { site })
  return spec
}

/** @throws MillraceError MR_OPTION_INVALID */
export function checkLateRecords(lateRecords: unknown, operator: string, site: string): void {
  if (lateRecords === undefined || lateRecords === 'drop' || lateRecords === 'output') return
  throw new MillraceError('MR_OPTION_INVALID', `${operator}: lateRecords=${String(lateRecords)} is not one of 'drop', 'output'`, { site })
}

export function joinOutput<R, T, U, L extends LateRecords>(
  builder: GraphBuilder,
  node: OperatorNode,
  lateRecords: L | undefined,
): JoinOutput<R, T, U, L> {
  const { flows } = builder
  const results = flows.stream<R>([outputOf(node)])
  if (lateRecords !== 'output') return results as JoinOutput<R, T, U, L>
  const late = { lateLeft: flows.stream<T>([outputOf(node, 'lateLeft')]), lateRight: flows.stream<U>([outputOf(node, 'lateRight')]) }
  return { results, ...late } as JoinOutput<R, T, U, L>
}
