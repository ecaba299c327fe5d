import { defineJob, sink, window } from '../../src/index.ts'
import type { OperatorActor, OperatorContext, OperatorDefinition } from '../../src/index.ts'
import './jumping-clock.ts'
import { obey } from './orders.ts'

export interface LedgerConfig {
  /** Of the part files. */
  readonly dir: string
  readonly orders: SharedArrayBuffer
  readonly rowsPerSecond: number
}

export const SPLITS = 4
export const KEYS = 20
export const WINDOW_MS = 100

export interface Row {
  readonly n: number
  readonly key: number
  readonly at: number
}

export function rowOf(n: number): Row {
  return { n, key: (n * 7) % KEYS, at: n }
}

/** Passes everything on, and obeys orders wherever the runtime calls it. */
class Trap implements OperatorActor {
  readonly #context: OperatorContext
  readonly #orders: Int32Array
  #stored = false
  #completed = false

  constructor(context: OperatorContext, orders: SharedArrayBuffer) {
    this.#context = context
    this.#orders = new Int32Array(orders)
  }

  open(): void {
    obey(this.#orders, 'open')
  }

  restore(): void {
    obey(this.#orders, 'restore')
  }

  process(record: unknown, timestamp: number): void {
    if (this.#orders[0] !== 0) this.#look()
    this.#context.emit(record, timestamp)
  }

  snapshot(): { scope: 'split'; id: number; value: number }[] {
    obey(this.#orders, 'snapshot')
    this.#stored = true
    return [{ scope: 'split', id: this.#context.index, value: 1 }]
  }

  onCheckpointComplete(): void {
    obey(this.#orders, 'complete')
    this.#completed = true
  }

  #look(): void {
    obey(this.#orders, 'process')
    if (this.#stored) obey(this.#orders, 'storing')
    if (this.#completed) obey(this.#orders, 'committed')
    this.#stored = this.#completed = false
  }
}

/** Rows as they are, steps by key, windows: each in part files, each record once. */
export default defineJob<LedgerConfig, {}>(import.meta, {
  build: ({ source, config: { dir, orders, rowsPerSecond } }) => {
    const trap = (): OperatorDefinition => ({ kind: 'trap', create: (_spec, context) => new Trap(context, orders) })
    const rows = source.generate('rows', {
      count: Infinity,
      splits: SPLITS,
      rowsPerSecond,
      make: rowOf,
      eventTime: ({ at }) => at,
      disorderMs: 1_000,
    })
    const checked = rows.transform<Row>(trap(), {}, { name: 'trap-rows' })
    const roll = { records: 300 }
    checked
      .map(({ n }) => ({ n }))
      .to(sink.files({ dir: `${dir}/rows`, format: 'jsonLines', roll, partition: ({ n }) => `${n % 3}` }), { name: 'rows-files' })
    const steps = checked.keyBy('key').scan(
      () => ({ key: -1, step: 0 }),
      (state, { key }) => ({ key, step: state.step + 1 }),
      { name: 'steps' },
    )
    steps
      .transform<{ key: number; step: number }>(trap(), {}, { name: 'trap-steps' })
      .to(sink.files({ dir: `${dir}/steps`, format: 'jsonLines', roll }), { name: 'steps-files' })
    checked
      .keyBy('key')
      .window(window.tumbling({ sizeMs: WINDOW_MS }))
      .aggregate((a) => ({ rows: a.count(), sum: a.sum('n') }), { name: 'windows' })
      .to(sink.files({ dir: `${dir}/windows`, format: 'jsonLines', roll }), { name: 'windows-files' })
    return {}
  },
})
