import { assertSerializable } from '../codec/index.ts'
import type { Clock } from '../core/clock.ts'
import { MillraceError, type ErrorCode } from '../errors.ts'
import type { CheckedPolicy, DeadLetter, DeadLetterOrigin } from '../graph/error-policy.ts'
import { HELD_OUTPUTS_KEPT } from '../limits.ts'
import type { Emit, OperatorActor, StateChunk } from './contract.ts'
import { letterError, shownRecord } from './dead-letter.ts'
import { FailureWindow, type SavedWindow, tooManyFailed } from './failure-window.ts'
import type { Place } from './place.ts'

/** Errors of ours that a record is to blame for; a source tells of no others. What fails beside it (a disk, a state, a frame) is not undone by leaving a record out. */
const FAULTS_OF_RECORDS: ReadonlySet<ErrorCode> = new Set([
  'MR_OPERATOR_FAILED',
  'MR_INPUT_INVALID',
  'MR_SOURCE_FAILED',
  'MR_RECORD_NOT_SERIALIZABLE',
  'MR_RECORD_TOO_LARGE',
  'MR_RECORD_REFUSED',
  'MR_KEY_INVALID',
  'MR_PARTITION_INVALID',
  'MR_PRIORITY_INVALID',
  'MR_AGGREGATE_INVALID',
  'MR_ASYNC_TIMEOUT',
  'MR_EVENT_TIME_MISSING',
  'MR_EVENT_TIME_INVALID',
])

export interface GuardedOutput {
  readonly emit: Emit
  /** True where records leave the actor: one that cannot is refused while its operator still runs. */
  readonly leaves: boolean
}

export interface GuardOptions {
  readonly operator: string
  readonly site: string
  /** Names its state: `operator of this actor/what`. */
  readonly stateName: string
  readonly policy: CheckedPolicy
  /** Number of this instance. */
  readonly index: number
  readonly clock: Clock
  readonly place: Place | null
  /** The operator's outputs, the last one that of dead letters, if it has any. */
  readonly outputs: readonly GuardedOutput[]
}

/** What operators did about bad records since the job began. */
export interface BadRecords {
  readonly operator: string
  readonly skipped: number
  readonly deadLettered: number
}

/** How it is saved: the window of an instance, and what instances have counted. */
interface SavedGuard {
  readonly skipped: number
  readonly deadLettered: number
  readonly over: number
  readonly window: SavedWindow | null
}

/**
 * Stands around an operator with a policy for bad records. What the operator puts out for a record is held until it has returned, and
 * passed on outside of its try block: so what it throws undoes its outputs, and what operators behind it throw is theirs.
 *
 *   begin, then in a try block the operator (its emits are `push`), in the catch block `failed`; then `end`
 */
export class RecordGuard implements OperatorActor, BadRecords {
  readonly operator: string
  readonly stateName: string
  skipped = 0
  deadLettered = 0
  /** The operator, where it has state that it can undo. */
  undoes: Pick<OperatorActor, 'undo'> | null = null
  readonly #options: GuardOptions
  readonly #details: { readonly operator: string; readonly site: string }
  readonly #emits: readonly Emit[]
  readonly #leaves: readonly boolean[]
  readonly #window: FailureWindow | null
  /** Outputs of the record at hand. */
  #count = 0
  #records: unknown[] = []
  #times: number[] = []
  #outputs: number[] = []
  #active = false
  /** Of a record that is not the one at hand. */
  #origin: DeadLetterOrigin | null = null

  constructor(options: GuardOptions) {
    const { operator, site, policy, outputs } = options
    this.operator = operator
    this.stateName = options.stateName
    this.#options = options
    this.#details = { operator, site }
    this.#emits = outputs.map(({ emit }) => emit)
    this.#leaves = outputs.map(({ leaves }) => leaves)
    this.#window = policy.failAfter === null ? null : new FailureWindow(policy.failAfter)
  }

  begin(): void {
    this.#active = true
    if (this.#window !== null) this.#window.next()
  }

  /** @throws MillraceError MR_RECORD_NOT_SERIALIZABLE for what cannot leave the actor */
  push(record: unknown, timestamp: number, output: number): void {
    if (this.#leaves[output]) assertSerializable(record, this.#details)
    const i = this.#count++
    this.#records[i] = record
    this.#times[i] = timestamp
    this.#outputs[i] = output
  }

  /** The operator threw on a record. Throws what is not the record's fault, and what is too much. */
  failed(error: unknown, record: unknown, timestamp: number): void {
    if (!this.#isFaultOfRecord(error)) throw error
    this.#drop()
    this.undoes?.undo?.()
    const { policy, outputs, clock, place } = this.#options
    if (this.#window !== null && !this.#window.tolerates()) throw tooManyFailed(policy.failAfter!, { cause: error, ...this.#details })
    if (policy.deadLetter === null) {
      this.skipped++
      return
    }
    this.deadLettered++
    const letter: DeadLetter = {
      record: shownRecord(record, policy.deadLetter.mask),
      ...this.#details,
      error: letterError(error, record, policy.deadLetter.mask),
      at: clock.nowMs(),
      from: this.#origin ?? place!.where,
    }
    this.push(letter, timestamp, outputs.length - 1)
  }

  /** Runs what emits results of a record that was processed before, or throws what went wrong with it. */
  run(record: unknown, timestamp: number, origin: DeadLetterOrigin | null, work: () => void): void {
    this.#active = true
    this.#origin = origin
    try {
      work()
    } catch (error) {
      this.failed(error, record, timestamp)
    }
    this.#origin = null
    this.end()
  }

  /** Passes on what was held. */
  end(): void {
    this.#active = false
    if (this.#count > 0) this.#pass()
  }

  /** What an operator emits into: held while it processes a record, passed on at once when it flushes or ends. */
  emitter(output: number): Emit {
    return (record, timestamp) => {
      if (this.#active) this.push(record, timestamp, output)
      else this.#emits[output]!(record, timestamp)
    }
  }

  /** Counts are of the job, windows of the instance. */
  snapshot(): StateChunk[] {
    const { index, policy } = this.#options
    const { skipped, deadLettered } = this
    const value: SavedGuard = { skipped, deadLettered, over: policy.failAfter?.over ?? 0, window: this.#window?.snapshot() ?? null }
    return [{ scope: 'split', id: index, value }]
  }

  restore(chunks: readonly StateChunk[]): void {
    for (const { id, value } of chunks) {
      const { skipped, deadLettered, over, window } = value as SavedGuard
      this.skipped += skipped
      this.deadLettered += deadLettered
      if (id === this.#options.index && window !== null) this.#window?.restore(window, over)
    }
  }

  #isFaultOfRecord(error: unknown): boolean {
    if (!(error instanceof MillraceError)) return true
    return FAULTS_OF_RECORDS.has(error.code) && (error.operator === undefined || error.operator === this.operator)
  }

  #pass(): void {
    const count = this.#count
    const records = this.#records
    for (let i = 0; i < count; i++) {
      const record = records[i]
      records[i] = undefined
      this.#emits[this.#outputs[i]!]!(record, this.#times[i]!)
    }
    this.#clear()
  }

  #drop(): void {
    this.#records.fill(undefined, 0, this.#count)
    this.#clear()
  }

  #clear(): void {
    if (this.#count > HELD_OUTPUTS_KEPT) {
      this.#records = []
      this.#times = []
      this.#outputs = []
    }
    this.#count = 0
  }
}
