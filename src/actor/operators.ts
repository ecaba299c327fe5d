import { type TimeChunk, isState } from './actor-time.ts'
import { closeOperators, openOperators } from './open-operators.ts'
import type { ActorLog } from './actor-log.ts'
import type { CheckpointSize, OperatorActor, Progress, SourceProgress, StateChunk } from './contract.ts'
import type { CheckpointEnd, OperatorInstance } from './actor-parts.ts'

const NO_SIZE: CheckpointSize = { bytes: 0, newBytes: 0 }

/** The operators of an actor, called one after the other; whichever runs is blamed for what is thrown. */
export class Operators {
  readonly #all: readonly OperatorInstance[]
  /** Those that look after themselves once a batch. */
  readonly #checked: readonly OperatorInstance[]
  /** Those whose work may go on outside, in promises and streams. */
  readonly #waiting: readonly OperatorInstance[]
  readonly #log: ActorLog | null
  #at: OperatorInstance | null = null
  opened = false
  /** A flush that failed: by force or not. It comes before anything else does. */
  #flushing: boolean | null = null

  constructor(all: readonly OperatorInstance[], log: ActorLog | null = null) {
    this.#all = all
    this.#log = log
    this.#checked = all.some(({ actor }) => actor.afterBatch !== undefined)
      ? all.filter(({ actor }) => actor.afterBatch !== undefined)
      : NONE
    this.#waiting = all.every(({ actor }) => actor.ready !== undefined) ? all : all.filter(({ actor }) => actor.ready !== undefined)
  }

  /** Nobody hears of anything any more. */
  haveFailed = false
  #areClosed = false

  /** Gives them their state, of which they tell apart what is theirs. */
  async open(chunksOf: (operator: string) => readonly (StateChunk | TimeChunk)[]): Promise<void> {
    await openOperators(this.#all, (operator) => chunksOf(operator).filter(isState))
    this.opened = true
  }

  async close(): Promise<void> {
    if (this.#areClosed) return
    this.#areClosed = true
    await closeOperators(this.#all)
  }

  /** What the source says of how far it is, once it has looked. */
  get progress(): SourceProgress | null {
    return this.opened ? (this.first?.progress?.() ?? null) : null
  }

  /** The head of the chain, where that has a life of its own. */
  get first(): OperatorActor | undefined {
    return this.#all[0]?.actor
  }

  get holdBack(): boolean {
    return this.#all.some(({ actor }) => actor.holdsBack === true)
  }

  /** What runs from now on is an operator, by its position, or, with null, the generated code of the chain, which knows whom to blame. */
  enter(position: number | null): OperatorActor | null {
    this.#at = position === null ? null : (this.#all[position] ?? null)
    return this.#at?.actor ?? null
  }

  blamed(error: unknown): unknown {
    return this.#at === null ? error : this.#at.blame(error)
  }

  afterBatch(): void {
    if (this.#checked.length === 0) return
    this.#log?.begin('after-batch')
    for (const { actor } of this.#checked) actor.afterBatch!()
    this.#log?.done('after-batch')
  }

  flush(force: boolean): void {
    this.#flushing = force
    this.#log?.begin('flush')
    try {
      for (const operator of this.#all) this.#in(operator).flush?.(force)
    } catch (error) {
      throw this.blamed(error)
    }
    this.#log?.done('flush', force ? 1 : 0)
    this.#flushing = null
  }

  /** The last results of one operator, or some of them; 'waits': it is not ready for that. */
  end(position: number): Progress | 'waits' {
    const operator = this.enter(position)!
    this.#log?.beginLong('end', position)
    operator.flush?.(true)
    const progress = operator.ready?.() === false ? 'waits' : (operator.onEnd?.() ?? 'done')
    this.#log?.done('end', 0, position)
    if (progress === 'done') this.#log?.longIsOver()
    return progress
  }

  /** What the predecessor of these operators was in the middle of. */
  takeOver(interrupted: Operators): void {
    if (interrupted.#flushing !== null) this.flush(interrupted.#flushing)
  }

  /** Promises are under way for some of those that were asked. */
  get awaitPromises(): boolean {
    return this.#waiting.some(({ actor }) => actor.awaitsPromise === true)
  }

  /** Asks every one that may have to wait: each may have to say that it failed. */
  areReady(): boolean {
    let ready = true
    for (const operator of this.#waiting) if (!this.#in(operator).ready!()) ready = false
    return ready
  }

  /** @returns what operators do about it in promises; these reject as what they throw is thrown */
  checkpointEnded(id: number, { tookMs, failure, size }: CheckpointEnd): Promise<unknown>[] {
    const open: Promise<unknown>[] = []
    if (this.haveFailed) return open
    try {
      for (const operator of this.#all) {
        const actor = this.#in(operator)
        const done = failure === null ? actor.onCheckpointComplete?.(id, tookMs, size ?? NO_SIZE) : actor.onCheckpointFailed?.(id, failure)
        if (typeof done?.then === 'function') open.push(withBlame(done, operator))
      }
      return open
    } catch (error) {
      throw this.blamed(error)
    }
  }

  /**
   * What all of them keep, as it is now. What is given in steps comes after the first null, which says that all others are taken; each null is a good place for a pause.
   *
   * @param seal whose errors are those of the operator whose chunk it is
   */
  *snapshot<S>(checkpointId: number, seal: (chunk: StateChunk & { readonly operator: string }) => S): Generator<S | null> {
    const inSteps: [OperatorInstance, Iterator<StateChunk | null>][] = []
    for (const operator of this.#all) {
      const actor = this.#in(operator)
      if (actor.snapshotInSteps !== undefined) inSteps.push([operator, actor.snapshotInSteps(checkpointId)[Symbol.iterator]()])
      for (const chunk of actor.snapshot?.(checkpointId) ?? []) yield seal({ operator: operator.name, ...chunk })
    }
    yield null
    for (const [operator, chunks] of inSteps) {
      for (;;) {
        this.#in(operator)
        const { done, value: chunk } = chunks.next()
        if (done === true) break
        yield chunk && seal({ operator: operator.name, ...chunk })
      }
    }
  }

  #in(operator: OperatorInstance): OperatorActor {
    this.#at = operator
    return operator.actor
  }
}

const NONE: readonly never[] = []

async function withBlame(done: PromiseLike<unknown>, { blame }: OperatorInstance): Promise<void> {
  try {
    await done
  } catch (error) {
    throw blame(error)
  }
}
