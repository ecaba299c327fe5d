import type { CheckpointSize } from '../core/checkpoint-measures.ts'
import { onlyKnown } from '../core/known-options.ts'
import { MillraceError } from '../errors.ts'
import { checkFunction } from './check-function.ts'
import { OPERATOR_OPTIONS, type OperatorOptions } from './graph-builder.ts'
import { outputOf } from './graph.ts'
import { PlacedStream } from './placed-stream.ts'
import { definitionSite } from './site.ts'
import type { Stream } from './stream.ts'

/** The moment in which a trigger is asked. Valid during the call; `request` also later. */
export interface CheckpointMoment {
  /** Event time of the record in ms; NaN where it has none. */
  readonly time: number
  /** Event time that this instance has come to; -Infinity before it knows of any. */
  readonly watermark: number
  /**
   * Asks for a checkpoint of the whole job. It begins as soon as the one in flight and the least pause are over; who asks meanwhile, in whatever instance,
   * asks for the same one.
   */
  readonly request: () => void
}

/** A checkpoint that is on disk. */
export interface CompletedCheckpoint extends CheckpointSize {
  readonly id: number
  /** Milliseconds from its first barrier until it was on disk. */
  readonly tookMs: number
}

export interface CheckpointingOptions<T> extends OperatorOptions {
  /** Called with every record before it goes on. */
  readonly trigger?: (record: T, moment: CheckpointMoment) => void
  /**
   * A checkpoint of the job is on disk, whoever asked for it. Called once, on the thread of the first instance; after a failure not for each. Records go on while
   * a promise that it returns is open, but the job counts as finished only when it is fulfilled; one that is rejected fails the operator, as what it throws does.
   */
  readonly onCompleted?: (checkpoint: CompletedCheckpoint) => unknown
  /** A checkpoint was given up, and the job goes on. What it throws, or rejects, fails the operator. */
  readonly onFailed?: (checkpoint: { readonly id: number; readonly reason: string }) => unknown
}

const FUNCTIONS = ['trigger', 'onCompleted', 'onFailed'] as const

/** What records have to say about checkpoints. */
export abstract class CheckpointedStream<in out T> extends PlacedStream<T> {
  /**
   * Checkpoints where the records say so, and word of all of them:
   * `orders.withCheckpointing({ trigger: (order, { request }) => { if (order.last) request() } })`. Records pass unchanged. The checkpoint begins in the
   * sources, so it comes after the record that asked for it, not right behind it. For checkpoints by trigger only, launch with `checkpointIntervalMs: Infinity`.
   *
   * @throws MillraceError MR_OPTION_INVALID, MR_GRAPH_INVALID
   */
  withCheckpointing(options: CheckpointingOptions<T>): Stream<T> {
    const site = definitionSite(this.withCheckpointing)
    const given = (options ?? {}) as Partial<CheckpointingOptions<T>>
    onlyKnown('withCheckpointing', options, { ...OPERATOR_OPTIONS, trigger: 1, onCompleted: 1, onFailed: 1 }, site)
    const { trigger, onCompleted, onFailed, ...own } = given
    const spec = { trigger, onCompleted, onFailed }
    if (FUNCTIONS.every((name) => spec[name] === undefined))
      throw new MillraceError('MR_OPTION_INVALID', `withCheckpointing takes at least one of ${FUNCTIONS.join(', ')}`, { site })
    const checked = Object.fromEntries(
      FUNCTIONS.map((name) => [name, spec[name] === undefined ? null : checkFunction(spec[name], `withCheckpointing ${name}`)]),
    )
    const node = this.builder.add({
      kind: 'checkpointing',
      inputs: this.edges(),
      parallelism: this.parallelism(),
      spec: checked,
      options: own,
      site,
    })
    return this.builder.flows.stream<T>([outputOf(node)])
  }
}
