/** Temporal joins with records and versions that come behind the watermark, against plain lists of versions: as Flink's, in memory and on disk. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Step, operatorKit } from '../../src/testing/index.ts'
import { inTier } from '../tier.ts'

interface Row {
  readonly key: number
  readonly n: number
  /** Of a version: there is none any more. */
  readonly gone: boolean
}

interface Event extends Row {
  readonly side: 'left' | 'right'
  readonly at: number
}

type Told = readonly [key: number, left: number, right: number | null]

/** A watermark is so much larger than the one before. */
type Move = Event | { readonly advanceMs: number }

const event: fc.Arbitrary<Event> = fc.record({
  side: fc.constantFrom('left', 'right'),
  at: fc.nat(40),
  key: fc.nat(11),
  n: fc.nat(1_000),
  gone: fc.boolean(),
})
const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 8, arbitrary: event },
  { weight: 1, arbitrary: fc.record({ advanceMs: fc.integer({ min: 1, max: 12 }) }) },
)

function scriptOf(moves: readonly Move[]): Step[] {
  let watermark = 0
  const steps = moves.map((some): Step => {
    if ('advanceMs' in some) return { watermark: (watermark += some.advanceMs) }
    const { side, at, ...record } = some
    return { input: side, record, timestamp: at }
  })
  return [...steps, { end: true }]
}

interface Kept {
  readonly versions: { at: number; row: Row }[]
  waiting: Event[]
}

/** What comes out with each watermark: of each key, its records by their times. */
function* expected(moves: readonly Move[]): Generator<Told[]> {
  const keys = new Map<number, Kept>()
  let watermark = 0
  for (const some of [...moves, { advanceMs: Infinity }]) {
    if ('advanceMs' in some) {
      watermark += some.advanceMs
      yield [...keys].flatMap(([key, kept]) => advance(key, kept, watermark))
      continue
    }
    const { versions, waiting } = keys.get(some.key) ?? keys.set(some.key, { versions: [], waiting: [] }).get(some.key)!
    const { at } = some
    if (some.side === 'left') waiting.splice(waiting.filter((other) => other.at <= at).length, 0, some)
    else {
      const before = versions.filter((other) => other.at < at).length
      versions.splice(before, versions[before]?.at === at ? 1 : 0, { at, row: some })
    }
  }
}

function advance(key: number, kept: Kept, watermark: number): Told[] {
  const told = kept.waiting
    .filter(({ at }) => at <= watermark)
    .map(({ at, n }): Told => {
      const version = kept.versions.findLast((one) => one.at <= at)
      return [key, n, version === undefined || version.row.gone ? null : version.row.n]
    })
  kept.waiting = kept.waiting.filter(({ at }) => at > watermark)
  const last = kept.versions.findLastIndex(({ at }) => at <= watermark)
  kept.versions.splice(0, Math.max(last, 0))
  return told
}

const row = (side: 'left' | 'right', at: number, key: number): Event => ({ side, at, key, n: 0, gone: false })
/** The versions of key 11 are elsewhere when the watermark passes both of them; then a record comes that is too late for the first. */
const passedElsewhere: Move[] = [
  row('right', 0, 11),
  row('right', 1, 11),
  ...Array.from({ length: 6 }, () => row('left', 0, 0)),
  { advanceMs: 7 },
  ...Array.from({ length: 6 }, () => row('left', 0, 0)),
  row('left', 0, 11),
]

/** Between keys there is an order only where one is due before another. */
const byKey = (told: readonly Told[]): Told[] => [...told].sort(([a], [b]) => a - b)

test.each(['memory', { type: 'lmdb', cacheBytes: 1024 }] as const)(
  'late records see the versions that are left, with state in %o',
  async (backend) => {
    await fc.assert(
      fc.asyncProperty(fc.array(move, { minLength: 30, maxLength: 150 }), async (moves) => {
        const { steps } = await operatorKit(
          ({ input }) =>
            input<Row>('left')
              .keyBy('key')
              .joinTemporal(input<Row>('right').keyBy('key'), ({ key, n }, version): Told => [key, n, version?.n ?? null], {
                type: 'left',
                isDelete: ({ gone }) => gone,
              }),
          scriptOf(moves),
          { backend, order: 'step', positionsMax: inTier(1, 5) },
        )
        const told = steps
          .map(({ out }) => out.flatMap((output) => ('record' in output ? [output.record] : [])))
          .filter(({ length }) => length > 0)
        expect(told.map(byKey)).toEqual([...expected(moves)].filter(({ length }) => length > 0).map(byKey))
      }),
      { numRuns: inTier(5, 60), examples: [[passedElsewhere]] },
    )
  },
)
