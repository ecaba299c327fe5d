import type { CheckpointSize, OperatorActor, OperatorContext, OperatorDefinition } from '../src/actor/contract.ts'

/** As the user's function sees it; one for all records of an instance. */
interface Moment {
  readonly time: number
  readonly watermark: number
  readonly request: () => void
}

interface CheckpointingSpec {
  readonly trigger: ((record: unknown, moment: Moment) => void) | null
  readonly onCompleted: ((checkpoint: { readonly id: number; readonly tookMs: number } & CheckpointSize) => unknown) | null
  readonly onFailed: ((checkpoint: { readonly id: number; readonly reason: string }) => unknown) | null
}

/** Passes records on, asks for checkpoints when the user's function says so, and tells how checkpoints ended. */
class CheckpointingActor implements OperatorActor {
  readonly #spec: CheckpointingSpec
  readonly #context: OperatorContext
  readonly #moment: Moment
  #time = NaN
  /** Asked, and no checkpoint has begun here since. */
  #asked = false

  constructor(spec: CheckpointingSpec, context: OperatorContext) {
    this.#spec = spec
    this.#context = context
    const timeOf = (): number => this.#time
    this.#moment = Object.freeze({
      get time() {
        return timeOf()
      },
      get watermark() {
        return context.watermark()
      },
      request: () => this.#request(),
    })
  }

  process(record: unknown, timestamp: number): void {
    this.#time = timestamp
    this.#spec.trigger?.(record, this.#moment)
    this.#context.emit(record, timestamp)
  }

  snapshot(): [] {
    this.#asked = false
    return []
  }

  onCheckpointComplete(id: number, tookMs: number, { bytes, newBytes }: CheckpointSize): Promise<void> | undefined {
    // Every instance hears of it; the user hears of it once.
    return this.#context.index === 0 ? ifPromise(this.#spec.onCompleted?.({ id, tookMs, bytes, newBytes })) : undefined
  }

  onCheckpointFailed(id: number, reason: string): Promise<void> | undefined {
    this.#asked = false
    return this.#context.index === 0 ? ifPromise(this.#spec.onFailed?.({ id, reason })) : undefined
  }

  #request(): void {
    if (this.#asked) return
    this.#asked = true
    this.#context.requestCheckpoint()
  }
}

function ifPromise(returned: unknown): Promise<void> | undefined {
  return typeof (returned as PromiseLike<void> | undefined)?.then === 'function' ? (returned as Promise<void>) : undefined
}

export const checkpointing: OperatorDefinition = {
  kind: 'checkpointing',
  create: (spec, context) => new CheckpointingActor(spec as unknown as CheckpointingSpec, context),
}
