import type { Actor } from '../../actor/actor.ts'
import { mailboxBudget } from '../../channel/credit.ts'
import type { Manifest } from '../../checkpoint/manifest.ts'
import type { Envelope } from '../../channel/mailbox.ts'
import { type FrameHeader, FrameKind } from '../../ring/index.ts'
import { FINAL, type StoreMessage } from '../../storage/protocol.ts'
import { decodeChunk } from '../../worker/chunk-key.ts'
import type { FrameProbe } from '../../worker/frame-probe.ts'
import type { WorkerRuntime } from '../../worker/worker-runtime.ts'
import type { Simulation } from './simulation.ts'

/** No frame of another attempt than the one that was deployed reaches a mailbox, and no watermark goes back. */
export class AttemptProbe implements FrameProbe {
  readonly #simulation: Simulation
  /** By channel, in this attempt. */
  readonly #watermarks = new Map<number, number>()
  #attempt = 0

  constructor(simulation: Simulation) {
    this.#simulation = simulation
  }

  /** The one that runs. */
  get attempt(): number {
    return this.#attempt
  }

  set attempt(attempt: number) {
    this.#attempt = attempt
    this.#watermarks.clear()
  }

  framed(header: FrameHeader, _payload: Uint8Array): void {
    this.#simulation.trace.framed(header)
    if (header.kind === FrameKind.watermark) this.#watermark(header.channel, header.value)
    if (header.attempt === this.attempt) return
    this.#simulation.broke(`A frame of attempt ${header.attempt} was delivered on channel ${header.channel} in attempt ${this.attempt}`)
  }

  handed(channel: number, frame: Envelope): void {
    this.#simulation.trace.handed(channel, frame)
    if (frame.kind === FrameKind.watermark) this.#watermark(channel, frame.value)
  }

  #watermark(channel: number, value: number): void {
    const last = this.#watermarks.get(channel) ?? -Infinity
    if (value < last) this.#simulation.broke(`On channel ${channel} a watermark of ${value} followed one of ${last}`)
    this.#watermarks.set(channel, value)
  }
}

/** No mailbox holds more, or may be made to hold more, than its budget. */
export function checkCredits(simulation: Simulation, runtime: WorkerRuntime, orderedBytes: number): void {
  for (const { name, mailbox } of runtime.actors) {
    const { outstandingBytes } = mailbox.ledger
    const budgetBytes = mailboxBudget(orderedBytes, mailbox.channelCount)
    if (outstandingBytes > budgetBytes)
      simulation.broke(`The mailbox of ${name} granted ${outstandingBytes} bytes out of a budget of ${budgetBytes}`)
    if (mailbox.bytes > outstandingBytes)
      simulation.broke(`The mailbox of ${name} holds ${mailbox.bytes} bytes but granted only ${outstandingBytes}`)
  }
}

/** Chunks of working state, which the storage thread replaces, have keys too. */
const TIME_KEY = /\/time\/\d+$/

/** What actors had come to when they took the snapshots of checkpoints: no restart may take it back. */
export class WatermarkLaw {
  /** By checkpoint: the watermarks of the instances of each task. */
  readonly #known = new Map<number, Map<string, number[]>>()

  /** An actor reports a snapshot, perhaps after one more step: what it had come to is in the snapshot, unless that forgets it. */
  taken({ checkpoint, task, chunks, last }: StoreMessage, actor: Actor): void {
    if (checkpoint === FINAL || !last) return
    const tasks = this.#known.get(checkpoint) ?? new Map<string, number[]>()
    this.#known.set(checkpoint, tasks)
    const chunk = chunks.find(({ key }) => TIME_KEY.test(key))
    const watermark = chunk === undefined ? actor.watermark : (decodeChunk(chunk.bytes) as { readonly watermark: number }).watermark
    tasks.set(task, [...(tasks.get(task) ?? []), watermark])
  }

  /** With another number of instances, none is behind the one that was behind all others, and none before the one that was before all others. */
  restored(simulation: Simulation, { id, actors }: Manifest, task: string, { name, watermark }: Actor): void {
    const before = this.#known.get(id)?.get(task)
    if (before === undefined) return
    // An instance that has ended may have done so long ago: how far it was is what the others cannot be held to.
    const least = actors.some((actor) => actor.task === task && actor.finished) ? -Infinity : Math.min(...before)
    if (watermark >= least && watermark <= Math.max(...before)) return
    simulation.broke(
      `${name} begins with the watermark ${watermark}, but in checkpoint ${id} the instances of "${task}" had come to ${before.join(', ')}`,
    )
  }
}
