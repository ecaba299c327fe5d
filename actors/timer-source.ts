import type { OperatorActor, OperatorContext, OperatorDefinition, PollResult, SourceProgress, StateChunk } from '../src/actor/contract.ts'

interface TimerSpec {
  readonly everyMs: number
  readonly count: number
}

/** Numbered ticks at multiples of a period after the attempt began. A tick that cannot come before the next is due is left out; numbers have no gaps. */
class TimerSource implements OperatorActor {
  readonly #context: OperatorContext
  readonly #spec: TimerSpec
  /** Of the next tick; its position. */
  #n = 0
  #nextMs: number | null = null

  constructor(spec: TimerSpec, context: OperatorContext) {
    this.#context = context
    this.#spec = spec
  }

  poll(): PollResult {
    const { clock, index, run, wakeAt } = this.#context
    if (index !== 0 || this.#n >= this.#spec.count) return 'end'
    const { everyMs } = this.#spec
    const nowMs = clock.monotonicMs()
    this.#nextMs ??= nowMs + everyMs
    if (nowMs < this.#nextMs) {
      wakeAt(this.#nextMs)
      return 'pausing'
    }
    this.#nextMs += (Math.floor((nowMs - this.#nextMs) / everyMs) + 1) * everyMs
    run([{ n: this.#n++, at: clock.nowMs() }], 0, 1, null)
    return 'more'
  }

  progress(): SourceProgress | null {
    return this.#spec.count === Infinity ? null : { position: this.#n, size: this.#spec.count, unit: 'records' }
  }

  snapshot(): StateChunk[] {
    return this.#context.index === 0 ? [{ scope: 'split', id: 0, value: { n: this.#n } }] : []
  }

  restore(chunks: readonly StateChunk[]): void {
    this.#n = (chunks[0]!.value as { n: number }).n
  }
}

export const timerSource: OperatorDefinition = {
  kind: 'timer',
  create: (spec, context) => new TimerSource(spec as unknown as TimerSpec, context),
}
