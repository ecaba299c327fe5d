import { MillraceError } from '../src/errors.ts'
import { GENERATOR_BLOCK_ROWS } from '../src/limits.ts'
import type { OperatorActor, OperatorContext, OperatorDefinition, PollResult, StateChunk } from '../src/actor/contract.ts'

interface GenerateSpec {
  readonly count: number
  readonly make: (n: number) => unknown
  readonly splits: number
}

/**
 * Records computed from their number: split s holds the blocks b with b mod splits = s. Reads its splits in the order of their rows, so that rows come out
 * nearly sorted.
 */
class GenerateSource implements OperatorActor {
  readonly injectsBarriers = true
  readonly #context: OperatorContext
  readonly #spec: GenerateSpec
  readonly #splits: readonly number[]
  /** By split: its next row. */
  readonly #positions: Map<number, number>

  constructor(spec: GenerateSpec, context: OperatorContext) {
    this.#context = context
    this.#spec = spec
    this.#splits = Array.from({ length: spec.splits }, (_, split) => split).filter((split) => split % context.parallelism === context.index)
    this.#positions = new Map(this.#splits.map((split) => [split, split * GENERATOR_BLOCK_ROWS]))
  }

  poll(): PollResult {
    const split = this.#nextSplit()
    if (split === -1) return 'end'
    const from = this.#positions.get(split)!
    const blockEnd = (Math.floor(from / GENERATOR_BLOCK_ROWS) + 1) * GENERATOR_BLOCK_ROWS
    const to = Math.min(blockEnd, from + this.#context.batchRecords, this.#spec.count)
    // The position moves first: when the chain throws, the attempt is over anyway.
    this.#positions.set(split, to === blockEnd ? to + (this.#spec.splits - 1) * GENERATOR_BLOCK_ROWS : to)
    this.#context.run(null, from, to, null, split)
    return 'more'
  }

  snapshot(): StateChunk[] {
    return [...this.#positions].map(([id, row]) => ({ scope: 'split', id, value: { row, splits: this.#spec.splits } }))
  }

  restore(chunks: readonly StateChunk[]): void {
    for (const { id, value } of chunks) {
      const { row, splits } = value as { row: number; splits: number }
      if (splits !== this.#spec.splits) this.#refuse(splits)
      this.#positions.set(id, row)
    }
  }

  /** A position means other rows where there are more or fewer splits. */
  #refuse(splits: number): never {
    const { operator, site } = this.#context
    const text = `The checkpoint was taken with splits=${splits}, this job has splits=${this.#spec.splits}. Give the source as many as before, or begin anew with fresh: true`
    throw new MillraceError('MR_STATE_INCOMPATIBLE', text, { operator, site })
  }

  /** The split whose next row is the lowest, or -1 when all are at their end. */
  #nextSplit(): number {
    let best = -1
    let lowest = this.#spec.count
    for (const split of this.#splits) {
      const row = this.#positions.get(split)!
      if (row < lowest) [best, lowest] = [split, row]
    }
    return best
  }
}

export const generateSource: OperatorDefinition = {
  kind: 'generate',
  weaveRow: (w, row) => `${w.spec('make')}(${row})`,
  makeRow: (spec) => (spec as unknown as GenerateSpec).make,
  create: (spec, context) => new GenerateSource(spec as unknown as GenerateSpec, context),
}
