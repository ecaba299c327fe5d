import {
  defineJob,
  recordsOf,
  type DeadLetter,
  type Outlets,
  type OperatorContext,
  type OperatorDefinition,
  type StateChunk,
  type Stream,
} from '../../../src/index.ts'

export interface Row {
  readonly id: number
  readonly key: number
  readonly v: number
}

export const KINDS = [
  'map',
  'filter',
  'tap',
  'flatMap',
  'split',
  'flatMapTo',
  'scan',
  'reduce',
  'distinct',
  'keep',
  'partition',
  'unsendable',
  'every',
] as const

/** One operator: throws on records whose id leaves `rest` when divided by `divisor`. */
export interface OperatorPlan {
  readonly kind: (typeof KINDS)[number]
  readonly onError: 'skip' | 'deadLetter'
  readonly divisor: number
  readonly rest: number
  /** Of operators with several outputs for a record: how many precede the throw. */
  readonly after: number
}

export interface ChainConfig {
  readonly count: number
  readonly operators: readonly OperatorPlan[]
  /** Row on which the last operator throws once in each of the named runs, without a policy. */
  readonly crash: { readonly id: number; readonly run: string } | null
}

export interface Totals {
  readonly n: number
  readonly ids: number
  readonly values: number
}

export type LetterTotals = Totals & { readonly key: string }

const crashed = new Set<string>()

/** Sums by key, changed before the record is known to be good: it says itself how a record is taken back. */
class Keeper {
  readonly #context: OperatorContext
  readonly #plan: OperatorPlan
  readonly #sums = new Map<number, number>()
  #before: readonly [number, number] = [0, 0]

  constructor(plan: OperatorPlan, context: OperatorContext) {
    this.#plan = plan
    this.#context = context
  }

  process(record: unknown, timestamp: number): void {
    const row = record as Row
    const sum = this.#sums.get(row.key) ?? 0
    this.#before = [row.key, sum]
    this.#context.emit(next(row, sum), timestamp)
    this.#sums.set(row.key, sum + 1)
    failOn(this.#plan, row)
    this.#context.emit(next(row, sum + 1), timestamp)
  }

  undo(): void {
    this.#sums.set(...this.#before)
  }

  snapshot(): StateChunk[] {
    return [{ scope: 'instance', id: this.#context.index, value: [...this.#sums] }]
  }

  restore(chunks: readonly StateChunk[]): void {
    for (const [key, sum] of chunks[0]!.value as [number, number][]) this.#sums.set(key, sum)
  }
}

const keeper: OperatorDefinition = { kind: 'keep', create: (spec, context) => new Keeper(spec['plan'] as OperatorPlan, context) }

export class Bad extends Error {
  override readonly name = 'Bad'
}

export function isBad({ divisor, rest }: OperatorPlan, { id }: Row): boolean {
  return id % divisor === rest
}

function failOn(plan: OperatorPlan, row: Row): void {
  if (isBad(plan, row)) throw new Bad(`no ${row.id}`)
}

/** What an operator makes of a row, so that every step shows in the result. */
export function next({ id, key, v }: Row, by: number): Row {
  return { id, key, v: (v * 31 + by) % 1_000_003 }
}

/** What goes on, and what comes out besides. All records of a key keep their order. */
function apply(stream: Stream<Row>, plan: OperatorPlan, name: string): readonly [Stream<Row>, Stream<Row> | null] {
  const options = { name, onError: plan.onError }
  const of = (result: Stream<Row>): readonly [Stream<Row>, null] => [result, null]
  switch (plan.kind) {
    case 'map':
      return of(stream.map((row) => (failOn(plan, row), next(row, 1)), options))
    case 'filter':
      return of(stream.filter((row) => (failOn(plan, row), row.v % 3 !== 0), options))
    case 'tap':
      return of(stream.tap((row) => failOn(plan, row), options))
    case 'flatMap':
      return of(
        stream.flatMap(function* (row) {
          for (let i = 0; i < 3; i++) {
            if (i === plan.after) failOn(plan, row)
            yield next(row, i)
          }
        }, options),
      )
    case 'split': {
      const { kept, other } = stream.split({ kept: (row) => row.v % 2 === 0, other: (row) => (failOn(plan, row), true) }, options)
      return [other, kept]
    }
    case 'flatMapTo': {
      const { a, b } = stream.flatMapTo(
        { a: recordsOf<Row>(), b: recordsOf<Row>() },
        (row, to) => {
          to.a(next(row, 1))
          if (plan.after === 1) failOn(plan, row)
          to.b(next(row, 2))
          failOn(plan, row)
        },
        options,
      )
      return [a, b]
    }
    case 'scan':
      return of(
        stream.keyBy('key').scan(
          () => ({ id: 0, key: 0, v: 0 }),
          (sum, row) => (failOn(plan, row), next(row, sum.v)),
          options,
        ),
      )
    case 'reduce':
      return of(stream.keyBy((row) => (failOn(plan, row), row.key)).reduce((sum, row) => next(row, sum.v), options))
    case 'distinct':
      return of(stream.distinct((row) => (failOn(plan, row), [row.key, row.v % 50]), options))
    case 'keep':
      return of(stream.transform<Row>(keeper, { plan }, options))
    case 'partition':
      return of(stream.partitionBy((row, channels) => (isBad(plan, row) ? -1 : row.key % channels)).map((row) => next(row, 5), options))
    case 'unsendable': {
      const poisoned = stream.map((row) => (isBad(plan, row) ? { ...row, f: () => 1 } : row), options)
      return of(poisoned.partitionBy((row, channels) => row.key % channels).map((row) => next(row, 6)))
    }
    case 'every': {
      const all = stream.keyBy('key').aggregate(
        (a) => ({
          n: a.count(),
          // Changes its accumulator before it throws, and also when its result is asked for.
          last: a.custom<{ v: number; id: number; key: number }, Row>({
            create: () => ({ v: 0, id: 0, key: 0 }),
            add: (acc, row) => {
              acc.v = (acc.v + row.v) % 1_000_003
              acc.id = row.id
              acc.key = row.key
              if (plan.after === 0) failOn(plan, row)
              return acc
            },
            merge: (a2, b) => {
              a2.v = (a2.v + b.v) % 1_000_003
              a2.id = Math.max(a2.id, b.id)
              a2.key = b.key
              return a2
            },
            result: (acc) => (failOn(plan, acc), { id: acc.id, key: acc.key, v: acc.v }),
          }),
        }),
        options,
      )
      return of(all.toStream({ emit: 'every' }).map(({ n, last }) => next(last, n)))
    }
  }
}

const totalsOf = (stream: Stream<Row>, name: string): Stream<Totals> =>
  stream.aggregate((a) => ({ n: a.count(), ids: a.sum('id'), values: a.sum('v') }), { name }).toStream({ emit: 'final' })

/** A chain as the configuration says; its results, and its dead letters by operator, summed up at the end. */
export default defineJob<ChainConfig>(import.meta, {
  build: ({ source, config: { count, operators, crash }, deadLetters }): Outlets => {
    let stream = source.generate<Row>('rows', {
      count,
      splits: 1,
      parallelism: 1,
      make: (id) => ({ id, key: id % 5, v: (id * 7919) % 1_000_003 }),
    })
    const sides: Stream<Row>[] = []
    operators.forEach((plan, i) => {
      const [on, side] = apply(stream, plan, `op${i}`)
      stream = on
      if (side !== null) sides.push(side)
    })
    const last = stream.tap(({ id }) => {
      if (crash === null || id < crash.id || crashed.has(crash.run)) return
      crashed.add(crash.run)
      throw new Error('fails once')
    })
    const totals = totalsOf(last.union(...sides), 'totals')
    if (!operators.some(({ onError }) => onError === 'deadLetter')) return { totals }
    const byOperator = deadLetters()
      .map(({ operator, record, error }: DeadLetter) => ({
        operator: `${operator} ${error.class}`,
        id: (record as Row).id,
        v: (record as Row).v,
      }))
      .keyBy('operator')
      .aggregate((a) => ({ n: a.count(), ids: a.sum('id'), values: a.sum('v') }), { name: 'letters' })
      .toStream({ emit: 'final' })
    return { totals, letters: byOperator }
  },
})
