import type { KitBuilt, KitContext } from '../../src/testing/index.ts'
import { type AlignedSpec, type MembersSpec, alignedPiece } from './alignment-operator.ts'
import { type JoinSpec, joinPiece } from './join-operator.ts'
import { type StateSpecOf, statePiece } from './state-operator.ts'
import { type TimersSpec, timersPiece } from './timer-operator.ts'
import { type WindowOperatorSpec, windowPiece } from './window-operator.ts'

/** Several channels that lead to one operator. */
export interface ChannelsSpec {
  readonly type: 'channels'
  readonly channels: number
}

/** Splits of one source, of which some are open at the beginning; how often the source looks at all of them. */
export interface SplitsSpec {
  readonly type: 'splits'
  readonly open: number
  readonly looks: 'always' | 'when called'
}

/** An input whose records are their event times. */
export interface EventTimeSpec {
  readonly type: 'event time'
  readonly disorderMs: number
  readonly idleAfterMs?: number
}

export type KitOperatorSpec = ChannelsSpec | EventTimeSpec | WindowOperatorSpec | StateSpecOf | TimersSpec | JoinSpec | AlignedSpec
/** Run on what an operator is made of, not under the kit. */
export type PartSpec = SplitsSpec | MembersSpec
export type OperatorSpec = KitOperatorSpec | PartSpec

export function isPart(spec: OperatorSpec): spec is PartSpec {
  return spec.type === 'splits' || spec.type === 'members'
}

/** The piece of a job that a spec means. */
export function pieceOf(spec: KitOperatorSpec): (context: KitContext) => KitBuilt {
  switch (spec.type) {
    case 'window':
      return windowPiece(spec)
    case 'state':
      return statePiece(spec)
    case 'timers':
      return timersPiece(spec)
    case 'interval join':
      return joinPiece(spec)
    case 'aligned inlets':
      return alignedPiece(spec)
    case 'channels':
      return ({ input }) => input('in', { channels: spec.channels }).map((record) => record)
    case 'event time': {
      const { disorderMs, idleAfterMs } = spec
      return ({ inlet }) =>
        inlet<number>('in', { eventTime: (at) => at, disorderMs, ...(idleAfterMs === undefined ? {} : { idleAfterMs }) }).map((at) => at)
    }
  }
}
