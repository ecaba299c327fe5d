/* oxlint-disable typescript/only-throw-error -- users throw anything */
import { defineJob } from '../../../src/index.ts'
import type { OperatorDefinition, Outlets } from '../../../src/index.ts'

/** Which function throws, and what. */
export interface FaultyConfig {
  readonly where: string
  readonly what?: 'error' | 'string' | 'null' | 'undefined' | 'getter' | 'frozen' | 'exit' | 'timer' | 'rejection' | 'heap'
  readonly count?: number
}

interface Row {
  readonly n: number
  readonly key: string
}

const AT = 100

class PlannedError extends RangeError {
  readonly extra = 'kept'
}

function fault(what: FaultyConfig['what']): void {
  switch (what) {
    case 'string':
      throw 'a planned string'
    case 'null':
      throw null
    case 'undefined':
      throw undefined
    case 'getter':
      throw Object.defineProperty(new Error('hidden'), 'message', { get: () => fault('error') })
    case 'frozen':
      throw Object.freeze(new Error('planned and frozen'))
    case 'exit':
      return process.exit(7)
    case 'timer':
      setTimeout(() => fault('error'), 1)
      return
    case 'rejection':
      void Promise.reject(new PlannedError('planned rejection'))
      return
    case 'heap':
      return fillHeap()
    default:
      throw new PlannedError('planned', { cause: new TypeError('deeper') })
  }
}

function fillHeap(): never {
  const kept: unknown[] = []
  for (;;) kept.push(Array.from({ length: 1000 }, (_, i) => ({ i, text: `${i}` })))
}

class EndsBadly {
  readonly #emit: (record: unknown, timestamp: number) => void
  readonly #fault: () => void

  constructor(emit: (record: unknown, timestamp: number) => void, fails: () => void) {
    this.#emit = emit
    this.#fault = fails
  }

  process(record: unknown, timestamp: number): void {
    this.#emit(record, timestamp)
  }

  onEnd(): 'done' {
    this.#fault()
    return 'done'
  }
}

const endsBadly: OperatorDefinition = {
  kind: 'endsBadly',
  create: (spec, context) => new EndsBadly(context.emit, spec['fails'] as () => void),
}

/** Counts rows by key; every function of the user can be told to throw. */
export default defineJob<FaultyConfig, Outlets>(import.meta, {
  build: ({ source, sink, config }): Outlets => {
    const { where, what, count = 5_000 } = config
    const at = <T>(place: string, n: number, value: T): T => {
      if (place === where && n >= AT) fault(what)
      return value
    }
    const make = (n: number): Row => at('make', n, { n, key: `k${n % 10}` })
    function* rows(place: string): Generator<Row> {
      for (let n = 0; n < count; n++) yield at(place, n, { n, key: `k${n % 10}` })
    }
    async function* rowsLater(): AsyncGenerator<Row> {
      for (const row of rows('asyncIterator')) {
        if (row.n % 1000 === 0) await new Promise((resolve) => setTimeout(resolve, 1))
        yield row
      }
    }
    const opened = (): Iterable<Row> | AsyncIterable<Row> => {
      at('open', AT, null)
      return where === 'asyncIterator' ? rowsLater() : rows('iterator')
    }
    const generated = source.generate<Row>('generated', { count, make, eventTime: (row) => at('eventTime', row.n, row.n) })
    const iterated = source.iterable<Row>('iterated', { open: opened })
    const checked = generated
      .union(iterated)
      .map((row) => at('map', row.n, row), { name: 'the-map' })
      .filter((row) => at('filter', row.n, true), { name: 'the-filter' })
      .flatMap((row) => at('flatMap', row.n, [row]), { name: 'the-flat-map' })
    checked
      .keyBy((row) => at('keyBy', row.n, row.key))
      .scan(
        () => at('scanInitial', AT, 0),
        (sum, row) => at('scan', row.n, sum + 1),
        { name: 'the-scan' },
      )
      .to(
        sink.forEach((sum) => void at('forEach', sum, sum)),
        { name: 'the-sink' },
      )
    checked
      .keyBy('key')
      .reduce((_, row) => at('reduce', row.n, row), { name: 'the-reduce' })
      .transform(endsBadly, { fails: () => at('onEnd', AT, null) }, { name: 'the-transform' })
    const custom = {
      create: () => at('create', AT, { rows: 0 }),
      add: (acc: { rows: number }, row: Row) => at('add', row.n, { rows: acc.rows + 1 }),
      merge: (a: { rows: number }, b: { rows: number }) => at('merge', AT, { rows: a.rows + b.rows }),
      result: (acc: { rows: number }) => at('result', AT, acc.rows),
    }
    const result = checked
      .keyBy((row) => at('tableKey', row.n, row.key))
      .aggregate((a) => ({ rows: a.custom(custom) }), { name: 'the-aggregate' })
      .toStream({ emit: 'final' })
    return { result }
  },
})
