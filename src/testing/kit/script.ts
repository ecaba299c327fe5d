import { MillraceError } from '../../errors.ts'

/** Where a step goes: to an input of the piece under test, or to one of the channels of it. Left out: to the only input, or, for what is no record, to all. */
export interface StepTarget {
  readonly input?: string
  /** Counted from 0, for inputs with several channels. Left out: channel 0 for a record, all for what is no record. */
  readonly channel?: number
}

/**
 * One step of a script. All that follows from a step has happened before the next one begins.
 *
 * - `record`: a record comes, with its event time in ms where it has one. Records that follow each other in one channel come as one batch, and one by one in a rerun.
 * - `watermark`: no record with this event time (ms) or an earlier one is to be expected.
 * - `idle`: the channel is idle and holds no watermark back, or it is active again.
 * - `advanceMs`, `nowMs`: the clock (processing time) goes on by so much, or to this time; whoever waits for a time in between is called at that time.
 * - `end`: the input is over.
 * - `turns`: for pieces with sources of their own, which otherwise run to their end before the first step: the engine takes so many steps.
 * - `call`: a function that the test wants called here, in every rerun anew.
 */
export type Step<T = unknown> =
  | (StepTarget & { readonly record: T; readonly timestamp?: number })
  | (StepTarget & { readonly watermark: number })
  | (StepTarget & { readonly idle: boolean })
  | (StepTarget & { readonly end: true })
  | { readonly advanceMs: number }
  | { readonly nowMs: number }
  | { readonly turns: number }
  | { readonly call: () => unknown }

export interface RecordStep extends StepTarget {
  readonly record: unknown
  readonly timestamp?: number
}

/** Records that come as one batch, or a single step of another kind. */
export interface Stretch {
  /** Position of its first step in the script. */
  readonly at: number
  readonly steps: readonly Step[]
}

export function isRecord(step: Step): step is RecordStep {
  return 'record' in step
}

/** Steps that belong together, from a position of the script on. */
export function stretchesOf(script: readonly Step[], from = 0, to = script.length): Stretch[] {
  const stretches: { at: number; steps: Step[] }[] = []
  for (let at = from; at < to; at++) {
    const step = script[at]!
    const last = stretches.at(-1)
    if (last !== undefined && joins(last.steps.at(-1)!, step)) last.steps.push(step)
    else stretches.push({ at, steps: [step] })
  }
  return stretches
}

function joins(last: Step, step: Step): boolean {
  return isRecord(last) && isRecord(step) && last.input === step.input && (last.channel ?? 0) === (step.channel ?? 0)
}

const KINDS = ['record', 'watermark', 'idle', 'end', 'advanceMs', 'nowMs', 'turns', 'call'] as const

/** @throws MillraceError MR_OPTION_INVALID for a step that is none */
export function checkScript(script: readonly Step[]): void {
  for (const [at, step] of script.entries()) {
    const kinds = KINDS.filter((kind) => kind in step)
    if (kinds.length === 1) continue
    throw new MillraceError(
      'MR_OPTION_INVALID',
      `Step ${at} of the script is ${kinds.length === 0 ? 'none of' : 'more than one of'} ${KINDS.join(', ')}`,
    )
  }
}
