import type { Column, OperatorActor, OperatorContext, OperatorDefinition, Progress } from '../src/actor/contract.ts'
import { type AggregateSpecs, type Key, type Panes, checkEventTime, lastEndOf, lastMsOf, paneStart } from '../src/actor/operator-kit.ts'
import { Combiner } from '../src/actor/table-kit.ts'
import {
  BATCH_RECORDS_MAX,
  COMBINED_AHEAD_MS,
  COMBINED_AHEAD_RECORDS_MAX,
  COMBINED_KEYS_KEPT_MIN,
  PANES_COMBINED_MAX,
} from '../src/limits.ts'
import { CarefulAggregates, hasCustom } from './careful-aggregates.ts'
import { keySelector } from './key-selector.ts'

export interface PaneAggregateSpec {
  readonly key: string | ((record: unknown) => never) | null
  readonly specs: AggregateSpecs
  readonly panes: Panes
}

/** What was combined of one pane since it was flushed last. */
interface OpenPane {
  readonly start: number
  readonly end: number
  readonly combiner: Combiner<unknown>
  /** The watermark had passed its end when it was opened: what comes is late, here at least, and goes on at once. */
  readonly late: boolean
  /** Part of it went ahead. */
  ahead: boolean
  /** Records that waited when it was looked at last. */
  seen: number
}

const nothing = (): void => {}

/**
 * The sending side of an aggregate over windows: a combiner for each pane of time, flushed when the watermark closes the pane, at a bound of entries and at a barrier.
 * So nothing is held across a barrier, and nothing that a receiver could still take in time comes late by it. Whether a record is too late is for the receiver to say.
 */
class WindowCombineActor implements OperatorActor {
  readonly #context: OperatorContext
  readonly #spec: PaneAggregateSpec
  /** Under a policy for bad records, where user code changes accumulators. */
  readonly #careful: CarefulAggregates | null
  readonly #open: OpenPane[] = []
  /** Combiners of panes that were closed: they know their keys, and their code is warm. */
  readonly #idle: Combiner<unknown>[] = []
  #combiners = 0
  #watermark = -Infinity
  /** Start of the latest pane that a record came for. */
  #latest = -Infinity
  /** False once one came for an earlier pane. */
  #inOrder = true
  /** The pane of the last record: most records fall into the same. */
  #from = NaN
  #to = NaN
  #at: OpenPane | null = null
  #add: (record: unknown) => unknown = nothing
  /** Where it was when a sample began. */
  #sampling: OpenPane | null = null
  /** When something was sent ahead last. */
  #aheadMs = -Infinity

  constructor(spec: PaneAggregateSpec, context: OperatorContext) {
    this.#spec = spec
    this.#context = context
    this.#careful = context.undoes && hasCustom(spec.specs) ? new CarefulAggregates(spec.specs) : null
  }

  open(): void {
    this.#watermark = this.#context.watermark()
  }

  process(record: unknown, timestamp: number): void {
    if (!(timestamp >= this.#from && timestamp < this.#to)) this.#select(timestamp)
    this.#careful?.prepare(record)
    this.#add(record)
  }

  beginSample(): void {
    this.#sampling = this.#at
    this.#at?.combiner.beginSample()
  }

  sampledKey(): Key | undefined {
    return this.#at !== null && this.#at === this.#sampling ? this.#at.combiner.sampledKey() : undefined
  }

  undo(): void {
    this.#careful?.undo()
  }

  afterBatch(): void {
    for (let i = this.#open.length - 1; i >= 0; i--) {
      const pane = this.#open[i]!
      if (pane.late) this.#close(i)
      else if (pane.combiner.shouldFlush) this.#send(pane)
    }
  }

  onWatermark(watermark: number): Progress {
    this.#watermark = watermark
    for (let i = this.#open.length - 1; i >= 0; i--) if (lastMsOf(this.#open[i]!.end) <= watermark) this.#close(i)
    return 'done'
  }

  flush(force: boolean): void {
    if (force) for (const pane of this.#open) this.#send(pane)
    else this.#sendAhead()
  }

  /** Where little comes there is time, and when the window ends less is left to be sent, and merged, before its results. */
  #sendAhead(): void {
    let isQuiet = true
    for (const pane of this.#open) {
      const { records } = pane.combiner
      if (records - pane.seen > COMBINED_AHEAD_RECORDS_MAX) isQuiet = false
      pane.seen = records
    }
    if (!isQuiet) return
    const nowMs = this.#context.clock.monotonicMs()
    if (nowMs - this.#aheadMs < COMBINED_AHEAD_MS) return
    this.#aheadMs = nowMs
    for (const pane of this.#open) {
      pane.ahead = true
      this.#send(pane)
    }
  }

  #select(timestamp: number): void {
    checkEventTime(timestamp)
    const { panes } = this.#spec
    const start = paneStart(timestamp, panes)
    const end = start + panes.paneMs
    this.#follow(start)
    const between = lastEndOf(start, panes) <= start
    const pane = between ? null : (this.#open.find((open) => open.start === start) ?? this.#openPane(start, end))
    this.#at = pane
    this.#add = pane === null ? nothing : pane.combiner.recordAdder
    this.#from = start
    this.#to = end
  }

  /** In a stream in order nothing more comes for the panes before: they are closed at once, and one combiner with its warm code serves all panes. */
  #follow(start: number): void {
    if (start < this.#latest) this.#inOrder = false
    else this.#latest = start
    if (this.#inOrder) while (this.#open.length > 0) this.#close(this.#open.length - 1)
  }

  #openPane(start: number, end: number): OpenPane {
    if (this.#open.length >= PANES_COMBINED_MAX) this.#close(this.#earliest())
    const combiner = this.#idle.pop() ?? this.#combiner()
    const pane = { start, end, combiner, late: lastMsOf(end) <= this.#watermark, ahead: false, seen: 0 }
    this.#open.push(pane)
    return pane
  }

  #earliest(): number {
    let earliest = 0
    for (let i = 1; i < this.#open.length; i++) if (this.#open[i]!.start < this.#open[earliest]!.start) earliest = i
    return earliest
  }

  #close(i: number): void {
    const pane = this.#open[i]!
    this.#send(pane)
    this.#open.splice(i, 1)
    this.#idle.push(pane.combiner)
    this.#forgetPlace(pane)
  }

  #send(pane: OpenPane): void {
    const { combiner, start } = pane
    const output = this.#context.output!
    const { bypassing } = combiner
    combiner.flush((target, columns, count) => {
      const starts: Column = { name: 'pane', values: new Float64Array(count).fill(start) }
      output.pushColumns(target, [starts, ...columns], count)
    }, !pane.ahead)
    pane.seen = 0
    if (combiner.bypassing !== bypassing) this.#forgetPlace(pane)
  }

  /** The next record looks for its pane anew. */
  #forgetPlace({ start }: OpenPane): void {
    if (start === this.#from) this.#from = this.#to = NaN
  }

  #combiner(): Combiner<unknown> {
    const { jobName, operator, output, generateCode } = this.#context
    return new Combiner({
      name: `${jobName}/${operator}/${this.#combiners++}`,
      specs: this.#careful?.specs ?? this.#spec.specs,
      key: keySelector(this.#spec.key),
      owners: output!.route,
      keysMax: COMBINED_KEYS_KEPT_MIN,
      batchRecords: BATCH_RECORDS_MAX,
      mode: generateCode ? 'generated' : 'interpreted',
    })
  }
}

export const windowCombine: OperatorDefinition = {
  kind: 'windowCombine',
  create: (spec, context) => new WindowCombineActor(spec as unknown as PaneAggregateSpec, context),
}
