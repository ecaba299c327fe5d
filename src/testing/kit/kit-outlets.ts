import { CreditTable, mailboxBudget } from '../../channel/credit.ts'
import { type Envelope, Mailbox } from '../../channel/mailbox.ts'
import { BatchDecoder } from '../../codec/index.ts'
import { isOutlet, outletName } from '../../graph/graph.ts'
import type { Plan } from '../../graph/plan.ts'
import { FRAMES_DRAINED_BYTES_MAX } from '../../limits.ts'
import { type FrameHandler, FrameKind, RingConsumer } from '../../ring/index.ts'
import { WatermarkMerge } from '../../time/watermark-merge.ts'
import type { Deployment, EngineOptions } from '../../worker/deployment.ts'
import { Inbound } from '../../worker/inbound.ts'

/** What came out of a piece under test: a record with its event time where it has one, a watermark, idleness or its end, or the end. */
export type KitOutput<T = unknown> =
  | { readonly record: T; readonly timestamp?: number }
  | { readonly watermark: number }
  | { readonly idle: boolean }
  | { readonly end: true }

/** An output, and where in the run it came. */
export interface KitEvent {
  readonly outlet: string
  readonly output: KitOutput
  /** Step of the script after which it came: the last one of its stretch; -1 for what came before the first. */
  readonly step: number
  /** The last checkpoint whose barrier had come in its channel. */
  readonly epoch: number
}

/** The receiving end of one outlet: its records, and the smallest watermark of its channels. */
class KitOutlet {
  readonly name: string
  readonly inbounds: readonly Inbound[]
  readonly #mailbox: Mailbox
  readonly #decoder: BatchDecoder
  readonly #merge: WatermarkMerge
  readonly #epochs: Int32Array
  #open: number
  #watermark = -Infinity
  #idle = false

  constructor(name: string, plan: Plan, actor: number, credits: CreditTable, options: EngineOptions, epoch: number) {
    const channels = plan.channels.filter((channel) => channel.toActor === actor)
    const mailbox = new Mailbox(channels.length, mailboxBudget(options.mailboxBytes, channels.length))
    this.name = name
    this.#mailbox = mailbox
    this.inbounds = channels.map((channel, slot) => new Inbound(channel.id, channel.fromThread, actor, slot, mailbox, credits))
    this.#decoder = new BatchDecoder({ name: `outlet-${name}`, mode: options.codec })
    this.#merge = new WatermarkMerge(channels.length)
    this.#epochs = new Int32Array(channels.length).fill(epoch)
    this.#open = channels.length
  }

  /** Goes on where an outlet stood: what it had told is not told again. */
  resume(events: readonly KitEvent[]): void {
    for (const { outlet, output } of events) {
      if (outlet !== this.name) continue
      if ('watermark' in output) this.#watermark = output.watermark
      if ('idle' in output) this.#idle = output.idle
      if ('end' in output) this.#open = 0
    }
    if (this.#watermark > -Infinity) this.#merge.restore(this.#watermark)
    for (let channel = 0; channel < this.#epochs.length; channel++) this.#merge.setIdle(channel, this.#idle)
  }

  take(tell: (output: KitOutput, epoch: number) => void): void {
    for (let frame = this.#mailbox.take(); frame !== null; frame = this.#mailbox.take()) {
      const channel = this.#mailbox.lastChannel
      this.#receive(frame, channel, (output) => tell(output, this.#epochs[channel]!))
    }
  }

  #receive(frame: Envelope, channel: number, tell: (output: KitOutput) => void): void {
    switch (frame.kind) {
      case FrameKind.batch:
        this.#records(frame.payload!, tell)
        this.inbounds[channel]!.consumed(frame.costBytes)
        return
      case FrameKind.barrier:
        this.#epochs[channel] = frame.value
        return
      case FrameKind.watermark:
        this.#merge.advance(channel, frame.value)
        return this.#follow(tell)
      case FrameKind.idle:
      case FrameKind.active:
        this.#merge.setIdle(channel, frame.kind === FrameKind.idle)
        return this.#follow(tell)
      case FrameKind.end:
        this.#merge.end(channel)
        if (--this.#open > 0) this.#follow(tell)
        else if (this.#open === 0) tell({ end: true })
        return
      default:
        return
    }
  }

  #records(payload: Uint8Array, tell: (output: KitOutput) => void): void {
    const { timestamps, length, ...batch } = this.#decode(payload)
    for (let row = 0; row < length; row++) {
      const timestamp = timestamps === null ? NaN : timestamps[row]!
      const record = batch.records[row]
      tell(Number.isNaN(timestamp) ? { record } : { record, timestamp })
    }
  }

  #decode(payload: Uint8Array): { timestamps: Float64Array | null; length: number; records: unknown[] } {
    const batch = this.#decoder.decode(payload)
    return { timestamps: batch.timestamps, length: batch.length, records: batch.records() }
  }

  #follow(tell: (output: KitOutput) => void): void {
    const { idle, watermark } = this.#merge
    if (this.#idle && !idle) tell({ idle: false })
    if (watermark > this.#watermark && watermark < Infinity) tell({ watermark: (this.#watermark = watermark) })
    if (!this.#idle && idle) tell({ idle: true })
    this.#idle = idle
  }
}

/** All outlets of a deployment: the app thread's end of its rings, without a thread. */
export class KitOutlets {
  readonly events: KitEvent[] = []
  readonly #outlets: readonly KitOutlet[]
  readonly #inbounds: Inbound[] = []
  readonly #consumers: readonly RingConsumer[]
  readonly #attempt: number

  /**
   * @param epoch id of the checkpoint that the deployment begins with
   * @param before what had come until then
   */
  constructor(plan: Plan, options: EngineOptions, deployment: Deployment, epoch: number, before: readonly KitEvent[]) {
    const credits = new CreditTable(deployment.credits)
    this.#attempt = deployment.attempt
    this.#outlets = plan.actors.flatMap((actor) => {
      const node = plan.graph.nodes[plan.tasks[actor.task]!.nodes[0]!]!
      return isOutlet(node) ? [new KitOutlet(outletName(node), plan, actor.id, credits, options, epoch)] : []
    })
    for (const outlet of this.#outlets) {
      outlet.resume(before)
      plan.channels
        .filter(({ toActor }) => plan.actors[toActor]!.thread === plan.workers)
        .filter(({ toActor }) => outletName(plan.graph.nodes[plan.tasks[plan.actors[toActor]!.task]!.nodes[0]!]!) === outlet.name)
        .forEach((channel, slot) => (this.#inbounds[channel.id] = outlet.inbounds[slot]!))
    }
    this.#consumers = deployment.rings.filter(({ to }) => to === plan.workers).map(({ ring }) => new RingConsumer(ring))
  }

  /** Takes in what has come, as outcome of a step. False when nothing had. */
  drain(step: number): boolean {
    let came = false
    for (const consumer of this.#consumers) if (consumer.drain(this.#onFrame, FRAMES_DRAINED_BYTES_MAX) > 0) came = true
    if (!came) return false
    for (const outlet of this.#outlets) outlet.take((output, epoch) => this.#tell({ outlet: outlet.name, output, step, epoch }))
    return true
  }

  /** Whoever ends while idle may say that it is active before, or not. */
  #tell(event: KitEvent): void {
    const last = this.events.at(-1)
    const redundant = 'end' in event.output && last?.outlet === event.outlet && last.step === event.step && 'idle' in last.output
    if (redundant) this.events.pop()
    this.events.push(event)
  }

  readonly #onFrame: FrameHandler = (header, payload) => {
    if (header.attempt === this.#attempt) this.#inbounds[header.channel]!.receive(header, payload)
  }
}
