import type { OperatorActor, OperatorContext, OperatorDefinition, PollResult, StateChunk } from '../../actor/contract.ts'
import { MillraceError } from '../../errors.ts'
import type { SourceSpec } from '../../graph/source-options.ts'
import type { CrashPlan } from '../crashes/crash-plan.ts'
import { watchActor } from '../crashes/watch-actor.ts'

const STEPS = ['restore', 'open', 'poll', 'snapshot', 'onCheckpointComplete', 'onCheckpointFailed'] as const

/** Virtual time between two polls. */
const POLL_PAUSE_MS = 0.5

/** What the instances of a source do in a run. */
export interface SourceWatch {
  readonly plan: CrashPlan
  readonly eventTime: ((record: never) => number) | null
  /** A waiting source that is not polled for so long has forgotten to call `wake`. */
  readonly stuckMs: number
  /** True when an endless source is to end. */
  readonly isOver: () => boolean
  /** Is called with what ends it. */
  readonly onWake: (wake: () => void) => void
  /** Told how many records came out; throws what is wrong with that. */
  readonly onRecords: (count: number) => void
  /** The first rule that was broken. */
  broken: string | null
  /** Splits in the snapshots of a checkpoint: by checkpoint and attempt, by split the instance. */
  readonly snapshots: Map<string, Map<number, number>>
}

/** The same source; its steps are those of a plan, and the rules of sources are looked after. */
export function watchedSource<T>(source: SourceSpec<T>, definition: OperatorDefinition, watch: () => SourceWatch): SourceSpec<T> {
  const create = (spec: Readonly<Record<string, unknown>>, context: OperatorContext): OperatorActor => {
    const rules = new SourceRules(context, watch())
    const actor = definition.create!(spec, rules.context)
    return watchActor(rules.watching(actor), STEPS, context.index, watch().plan)
  }
  // What is woven into the loop of its chain has no steps.
  const { weaveRow: _weave, makeRow: _make, ...others } = definition
  return { ...source, definition: { ...others, create } }
}

class SourceRules {
  readonly context: OperatorContext
  readonly #given: OperatorContext
  readonly #watch: SourceWatch
  readonly #open = new Set<number>()
  readonly #closed = new Set<number>()
  #polling = false
  #rows = 0
  #timer: NodeJS.Timeout | null = null

  constructor(given: OperatorContext, watch: SourceWatch) {
    this.#given = given
    this.#watch = watch
    this.context = {
      ...given,
      wake: () => {
        this.#isAlive()
        given.wake()
      },
      run: (records, from, to, timestamps, split, position) => {
        if (!this.#polling) return this.#note('It called run() outside of poll()')
        this.#beforeRun(records, from, to, split)
        given.run(records, from, to, timestamps, split, position)
      },
      openSplit: (split) => {
        if (this.#open.has(split)) this.#break(`It opened split ${split} twice`)
        this.#open.add(split)
        this.#closed.delete(split)
        given.openSplit(split)
      },
      closeSplit: (split) => {
        this.#open.delete(split)
        this.#closed.add(split)
        given.closeSplit(split)
      },
    }
  }

  watching(actor: OperatorActor): OperatorActor {
    const { poll, snapshot, close } = actor
    if (poll === undefined) this.#break('It has no poll()')
    actor.poll = () => this.#poll(() => poll!.call(actor))
    if (snapshot !== undefined) actor.snapshot = (checkpointId) => this.#snapshot(checkpointId, snapshot.call(actor, checkpointId))
    actor.close = () => {
      this.#isAlive()
      return close?.call(actor)
    }
    this.#watch.onWake(this.#given.wake)
    return actor
  }

  #poll(poll: () => PollResult): PollResult {
    const { stuckMs, isOver, broken } = this.#watch
    if (broken !== null) this.#break(broken)
    if (isOver()) return 'end'
    this.#polling = true
    this.#rows = 0
    const result = poll()
    this.#polling = false
    if (!['more', 'waiting', 'pausing', 'end'].includes(result)) this.#break(`poll() returned ${String(result)}`)
    if (result !== 'waiting' || this.#rows > 0) this.#isAlive()
    if (result === 'waiting') {
      // Barriers have it polled as well: that is no sign of life.
      this.#timer ??= setTimeout(() => {
        this.#note(`It waits, and did not call wake() for ${stuckMs} ms`)
      }, stuckMs)
    }
    if (result !== 'more') return result
    // Checkpoints take their time: there are to be some before the last record.
    this.#given.wakeAt(this.#given.clock.monotonicMs() + POLL_PAUSE_MS)
    return 'pausing'
  }

  #beforeRun(records: unknown, from: number, to: number, split: number | undefined): void {
    const { batchRecords, watermark } = this.#given
    const { eventTime, onRecords } = this.#watch
    this.#rows += to - from
    if (this.#rows > batchRecords) this.#break(`One poll() ran ${this.#rows} records, more than batchRecords=${batchRecords}`)
    if (split !== undefined && this.#closed.has(split)) this.#break(`It ran records of split ${split} behind closeSplit(${split})`)
    if (eventTime !== null && Array.isArray(records)) {
      const late = (records as never[]).slice(from, to).find((record) => eventTime(record) <= watermark())
      if (late !== undefined) this.#break(`A record of ${eventTime(late)} ms came behind the watermark of ${watermark()} ms`)
    }
    onRecords(to - from)
  }

  #snapshot(checkpointId: number, chunks: StateChunk[]): StateChunk[] {
    const { index, attempt, firstCheckpoint } = this.#given
    const at = `${firstCheckpoint}/${attempt}/${checkpointId}`
    const splits = this.#watch.snapshots.get(at) ?? new Map<number, number>()
    this.#watch.snapshots.set(at, splits)
    for (const { scope, id } of chunks) {
      if (scope !== 'split') continue
      const other = splits.get(id)
      if (checkpointId !== 0 && other !== undefined && other !== index)
        this.#break(`Instances ${other} and ${index} both have split ${id} in checkpoint ${checkpointId}`)
      splits.set(id, index)
    }
    return chunks
  }

  #isAlive(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
  }

  /** Where nobody would see what is thrown. */
  #note(rule: string): void {
    this.#watch.broken ??= rule
    this.#given.wake()
  }

  /** Of a kind that no restart follows. */
  #break(rule: string): never {
    this.#watch.broken ??= rule
    throw new MillraceError('MR_OPTION_INVALID', `planned: ${rule}`)
  }
}
