import { MillraceError } from '../src/errors.ts'
import { GENERATOR_BLOCK_ROWS } from '../src/limits.ts'
import type { OperatorActor, OperatorContext, OperatorDefinition, PollResult, SourceProgress, StateChunk } from '../src/actor/contract.ts'
import { GeneratorRows } from './generator-rows.ts'
import { Pace } from './pace.ts'

interface GenerateSpec {
  readonly count: number
  readonly make: (n: number) => unknown
  readonly splits: number
  readonly rowsPerSecond?: number
}

/** Of a paced generator: rows of one instance would come long before their neighbours of another one otherwise. */
const PACED_BLOCK_ROWS = 1

/** Records computed from their number, as fast as they are wanted or at a pace. */
class GenerateSource implements OperatorActor {
  readonly #context: OperatorContext
  readonly #spec: GenerateSpec
  readonly #blockRows: number
  readonly #rows: GeneratorRows
  readonly #pace: Pace | null

  constructor(spec: GenerateSpec, context: OperatorContext) {
    const { index, parallelism } = context
    this.#context = context
    this.#spec = spec
    this.#blockRows = spec.rowsPerSecond === undefined ? GENERATOR_BLOCK_ROWS : PACED_BLOCK_ROWS
    this.#rows = new GeneratorRows(spec.splits, this.#blockRows, spec.count, index, parallelism)
    this.#pace = paceOf(spec, this.#rows.splits.length, context)
  }

  poll(): PollResult {
    return this.#pace === null ? this.#pollAtOnce(this.#context.batchRecords) : this.#pollPaced(this.#pace)
  }

  #pollAtOnce(most: number): PollResult {
    // Positions move first: when the chain throws, the attempt is over anyway.
    if (this.#blockRows === PACED_BLOCK_ROWS) {
      if (this.#rows.ended) return 'end'
      this.#run(most)
    } else {
      if (!this.#rows.take(most)) return 'end'
      this.#context.run(null, this.#rows.from, this.#rows.to, null)
    }
    return 'more'
  }

  #pollPaced(pace: Pace): PollResult {
    if (this.#rows.ended) return 'end'
    const due = Math.min(pace.due(), this.#context.batchRecords)
    if (due === 0) {
      this.#context.wakeAt(pace.nextMs)
      return 'pausing'
    }
    pace.sent(due)
    this.#run(due)
    return 'more'
  }

  /** Rows that follow each other, as those of a single instance do, run in one go. */
  #run(rows: number): void {
    const { run } = this.#context
    let [from, to] = [0, 0]
    for (let left = rows; left > 0 && this.#rows.take(left); left -= this.#rows.to - this.#rows.from) {
      if (this.#rows.from !== to) {
        if (to > from) run(null, from, to, null)
        from = this.#rows.from
      }
      to = this.#rows.to
    }
    if (to > from) run(null, from, to, null)
  }

  progress(): SourceProgress | null {
    return this.#rows.progress()
  }

  snapshot(): StateChunk[] {
    const { splits } = this.#spec
    return this.#rows
      .positions()
      .map(({ split, row }) => ({ scope: 'split', id: split, value: { row, splits, blockRows: this.#blockRows } }))
  }

  restore(chunks: readonly StateChunk[]): void {
    for (const { id, value } of chunks) {
      const { row, splits, blockRows } = value as { row: number; splits: number; blockRows: number }
      if (splits !== this.#spec.splits)
        this.#refuse(`with splits=${splits}, this job has splits=${this.#spec.splits}. Give the source as many as before`)
      if (blockRows !== this.#blockRows) {
        const [before, now] = blockRows === PACED_BLOCK_ROWS ? ['with', 'without'] : ['without', 'with']
        this.#refuse(`${before} rowsPerSecond, this job is ${now}. Leave it as it was (rowsPerSecond: Infinity holds nothing back)`)
      }
      this.#rows.restore(id, row)
    }
  }

  /** A position means other rows where they are dealt out in another way. */
  #refuse(difference: string): never {
    const { operator, site } = this.#context
    const text = `The checkpoint was taken ${difference}, or begin anew with fresh: true`
    throw new MillraceError('MR_STATE_INCOMPATIBLE', text, { operator, site })
  }
}

/** Each instance has as large a part of the rate as of the rows, so that they stay abreast. */
function paceOf({ rowsPerSecond = Infinity, splits }: GenerateSpec, mySplits: number, { index, clock }: OperatorContext): Pace | null {
  if (rowsPerSecond === Infinity || mySplits === 0) return null
  return new Pace(clock, (rowsPerSecond * mySplits) / splits, (index * 1000) / rowsPerSecond)
}

export const generateSource: OperatorDefinition = {
  kind: 'generate',
  weaveRow: (w, row) => `${w.spec('make')}(${row})`,
  makeRow: (spec) => (spec as unknown as GenerateSpec).make,
  create: (spec, context) => new GenerateSource(spec as unknown as GenerateSpec, context),
}
