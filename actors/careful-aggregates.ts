import type { AggregateSpecs } from '../src/actor/operator-kit.ts'
import { MillraceError } from '../src/errors.ts'

type CustomSpec = Extract<AggregateSpecs[string], { kind: 'custom' }>

/**
 * Aggregates whose `add` cannot leave an accumulator half changed, although it may change it: each record becomes an accumulator of its own
 * first, in which it may throw as it likes, and that is merged, which means the same.
 */
export class CarefulAggregates {
  readonly specs: AggregateSpecs
  readonly #customs: CustomSpec[] = []
  readonly #parts: unknown[] = []
  #broken: { readonly thrown: unknown } | null = null

  constructor(specs: AggregateSpecs) {
    this.specs = Object.fromEntries(
      Object.entries(specs).map(([name, spec]) => [name, spec.kind === 'custom' ? this.#careful(spec) : spec]),
    )
  }

  /** Before a record is added. Throws what `add` throws. */
  prepare(record: unknown): void {
    for (let i = 0; i < this.#customs.length; i++) {
      const custom = this.#customs[i]!
      this.#parts[i] = custom.add(custom.create(), record as never)
    }
  }

  /** A merge that throws is the one thing that cannot be undone. */
  undo(): void {
    if (this.#broken === null) return
    const { thrown } = this.#broken
    const text = `merge of a custom aggregate threw, and may have left its accumulator half changed: ${thrown instanceof Error ? thrown.message : String(thrown)}`
    throw new MillraceError('MR_OPERATOR_FAILED', text, { cause: thrown })
  }

  #careful(custom: CustomSpec): CustomSpec {
    const i = this.#customs.push(custom) - 1
    const add = (accumulator: unknown): unknown => {
      try {
        return custom.merge(accumulator, this.#parts[i])
      } catch (thrown) {
        this.#broken = { thrown }
        throw thrown
      }
    }
    return { ...custom, add }
  }
}

export function hasCustom(specs: AggregateSpecs): boolean {
  return Object.values(specs).some(({ kind }) => kind === 'custom')
}
