import type { KitBuilt, KitContext } from '../../src/testing/index.ts'

/** An interval join of two inputs, `left` and `right`; late records are outputs. */
export interface JoinSpec {
  readonly type: 'interval join'
  readonly lower: number
  readonly upper: number
  readonly lowerExclusive?: boolean
  readonly upperExclusive?: boolean
  /** Its inputs have no event times. */
  readonly untimed?: true
}

export interface JoinRecord {
  readonly key: string
  /** Its event time as well, unless the case says otherwise. */
  readonly at: number
}

export function joinPiece({ lower, upper, lowerExclusive, upperExclusive, untimed }: JoinSpec): (context: KitContext) => KitBuilt {
  const bounds = { lowerMs: lower, upperMs: upper, ...(lowerExclusive && { lowerExclusive }), ...(upperExclusive && { upperExclusive }) }
  return ({ input }) => {
    const [left, right] = ['left', 'right'].map((side) => input<JoinRecord>(side, { timed: untimed !== true }).keyBy('key'))
    const joined = left!.intervalJoin(
      right!,
      bounds,
      (a, b, { leftTime, rightTime }) => ({ key: a.key, left: a.at, right: b.at, leftTime, rightTime }),
      { lateRecords: 'output' },
    )
    return {
      out: joined.results,
      late: joined.lateLeft.map((record) => ({ ...record, side: 'left' })),
      late2: joined.lateRight.map((record) => ({ ...record, side: 'right' })),
    }
  }
}
