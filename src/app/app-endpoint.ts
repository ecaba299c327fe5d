import { CreditTable, mailboxBudget } from '../channel/credit.ts'
import { PeerRing } from '../channel/peer-ring.ts'
import { freezeRecord } from '../codec/index.ts'
import type { MillraceError } from '../errors.ts'
import { INLET_KIND, isOutlet, outletName } from '../graph/graph.ts'
import type { Plan } from '../graph/plan.ts'
import { planOf } from '../migration/layout.ts'
import { FRAMES_DRAINED_BYTES_MAX, IDLE_WAIT_MS_MAX } from '../limits.ts'
import { Doorbell, type FrameHandler, RingConsumer } from '../ring/index.ts'
import type { Deployment, EngineOptions } from '../worker/deployment.ts'
import type { FrameProbe } from '../worker/frame-probe.ts'
import type { Inbound } from '../worker/inbound.ts'
import { Inlet } from './inlet.ts'
import { Outlet } from './outlet.ts'

/** What the app thread's end takes from its host. */
export interface AppHost {
  /** Runs `fn` in a later turn of the event loop. */
  readonly defer: (fn: () => void) => void
  /** Asks for a checkpoint soon: something bounded is half full of what only a checkpoint releases. */
  readonly wantCheckpoint?: () => void
  /** An outlet of a run that is to stop keeps as much as it may, and is not read. */
  readonly absorbedMuch?: () => void
  /** Looks on; absent under threads. */
  readonly probe?: FrameProbe
}

interface Peer {
  readonly consumer: RingConsumer
  readonly bell: Doorbell
}

/** The app thread's end of a run's rings: fills outlets, empties inlets. Its host calls `turn`, or `run` where there is an event loop. */
export class AppEndpoint {
  readonly inlets: ReadonlyMap<string, Inlet>
  readonly outlets: ReadonlyMap<string, Outlet>
  #plan: Plan
  /** Version of the layout that the plan is of. */
  #layout = 0
  readonly #options: EngineOptions
  readonly #probe: FrameProbe | null
  readonly #bell: Doorbell
  readonly #inbounds: Inbound[] = []
  /** Positions that inlets were restored at, by attempt and name; word of them may come before that of the attempt. */
  readonly #restored = new Map<string, number>()
  /** Inlets that have not been connected yet. */
  readonly #unconnected: Set<string>
  #deployment: Deployment | null = null
  #consumers: readonly Peer[] = []
  #producers = new Map<number, PeerRing>()
  #attempt = 0
  #closed = false

  constructor(plan: Plan, options: EngineOptions, doorbells: SharedArrayBuffer, host: AppHost) {
    const { defer, probe, wantCheckpoint = () => {}, absorbedMuch = () => {} } = host
    this.#plan = plan
    this.#options = options
    this.#probe = probe ?? null
    this.#bell = new Doorbell(doorbells, plan.workers)
    const heads = plan.tasks.map((task) => plan.graph.nodes[task.nodes[0]!]!)
    const inletParts = {
      mode: options.codec,
      freeze: options.freezeRecords ? freezeRecord : null,
      wake: () => this.#bell.ring(),
      defer,
      wantCheckpoint,
    }
    this.inlets = new Map(
      heads.filter((node) => node.kind === INLET_KIND).map(({ name, site }) => [name, new Inlet({ name, site, ...inletParts })]),
    )
    this.#unconnected = new Set(this.inlets.keys())
    this.outlets = new Map(
      heads.filter(isOutlet).map((node) => [outletName(node), new Outlet(outletName(node), options.codec, wantCheckpoint, absorbedMuch)]),
    )
  }

  /** True when an attempt runs and every inlet knows its position. */
  get isConnected(): boolean {
    return this.#deployment !== null && this.#unconnected.size === 0
  }

  attemptStarted(deployment: Deployment, restoredCheckpoint: number): void {
    const { attempt, layout, rings, doorbells } = deployment
    // What precedes a barrier of the restored checkpoint does not come again.
    while (this.#drain());
    if (layout.version !== this.#layout) this.#plan = planOf(this.#plan.graph, this.#options, layout)
    this.#layout = layout.version
    const app = this.#plan.workers
    const credits = new CreditTable(deployment.credits)
    const bell = (thread: number): Doorbell => new Doorbell(doorbells, thread)
    this.#attempt = attempt
    this.#deployment = deployment
    for (const key of this.#restored.keys()) if (Number.parseInt(key, 10) < attempt) this.#restored.delete(key)
    this.#consumers = rings
      .filter((ring) => ring.to === app)
      .map(({ from, ring }) => ({ consumer: new RingConsumer(ring), bell: bell(from) }))
    this.#producers = new Map(rings.filter((ring) => ring.from === app).map(({ to, ring }) => [to, new PeerRing(ring, bell(to))]))
    for (const actor of this.#plan.actors) {
      if (actor.thread !== app) continue
      const name = outletName(this.#plan.graph.nodes[this.#plan.tasks[actor.task]!.nodes[0]!]!)
      const channels = this.#plan.channels.filter((channel) => channel.toActor === actor.id)
      const inbounds = this.outlets
        .get(name)!
        .connect(channels, credits, mailboxBudget(this.#options.mailboxBytes, channels.length), restoredCheckpoint, (thread) =>
          bell(thread).ring(),
        )
      channels.forEach((channel, slot) => (this.#inbounds[channel.id] = inbounds[slot]!))
    }
    for (const name of this.inlets.keys()) this.#connect(name)
    for (const { bell: peer } of this.#consumers) peer.ring()
    this.#bell.ring()
  }

  /** The attempt failed; the next one is on its way. */
  attemptEnded(): void {
    for (const inlet of this.inlets.values()) inlet.disconnect()
  }

  checkpointCompleted(checkpoint: number): void {
    for (const outlet of this.outlets.values()) outlet.checkpointCompleted(checkpoint)
  }

  /** A checkpoint failed, a while ago. */
  checkpointGivenUp(checkpoint: number): void {
    for (const outlet of this.outlets.values()) outlet.checkpointGivenUp(checkpoint)
  }

  inletRestored(attempt: number, name: string, position: number): void {
    this.#restored.set(`${attempt} ${name}`, position)
    if (attempt === this.#attempt) this.#connect(name)
  }

  close(failure: MillraceError | null, ended: MillraceError): void {
    this.#closed = true
    while (this.#drain());
    for (const inlet of this.inlets.values()) inlet.close(failure ?? ended)
    for (const outlet of this.outlets.values()) outlet.close(failure)
    this.#bell.ring()
  }

  #connect(name: string): void {
    const position = this.#restored.get(`${this.#attempt} ${name}`)
    if (position === undefined || this.#deployment === null) return
    this.#unconnected.delete(name)
    const task = this.#plan.tasks.find(({ nodes }) => this.#plan.graph.nodes[nodes[0]!]!.name === name)!
    const actor = this.#plan.actors.find((placed) => placed.task === task.id)!
    const channel = this.#plan.channels.find(({ edge, toActor }) => edge === -1 && toActor === actor.id)!
    const credits = new CreditTable(this.#deployment.credits)
    const ring = this.#producers.get(actor.thread)!
    this.inlets
      .get(name)!
      .connect({ attempt: this.#attempt, channel: channel.id, credits, exclusiveBytes: this.#options.mailboxBytes, ring }, position)
    this.#bell.ring()
  }

  /** Moves what can be moved. False when nothing came in. */
  turn(): boolean {
    const worked = this.#drain()
    for (const inlet of this.inlets.values()) inlet.pump()
    for (const producer of this.#producers.values()) producer.announce()
    return worked
  }

  /** The last look before sleep. */
  hasWork(): boolean {
    return this.#closed || this.#consumers.some(({ consumer }) => !consumer.isEmpty)
  }

  /** Turns until the run is over, and sleeps on the doorbell meanwhile without blocking the thread. */
  async run(): Promise<void> {
    while (!this.#closed) {
      if (this.turn()) await new Promise<void>((resolve) => setImmediate(resolve))
      else await this.#bell.sleepAsync(() => this.hasWork(), IDLE_WAIT_MS_MAX)
    }
  }

  #drain(): boolean {
    let worked = false
    for (const { consumer, bell } of this.#consumers) {
      if (consumer.drain(this.#onFrame, FRAMES_DRAINED_BYTES_MAX) === 0) continue
      worked = true
      if (consumer.takeSpaceWanted()) bell.ring()
    }
    return worked
  }

  readonly #onFrame: FrameHandler = (header, payload) => {
    if (header.attempt !== this.#attempt) return
    const inbound = this.#inbounds[header.channel]!
    this.#probe?.framed(header, payload)
    const actor = this.#plan.actors[inbound.toActor]!
    const name = outletName(this.#plan.graph.nodes[this.#plan.tasks[actor.task]!.nodes[0]!]!)
    if (inbound.receive(header, payload)) this.outlets.get(name)!.arrived()
    else new Doorbell(this.#deployment!.doorbells, inbound.fromThread).ring()
  }
}
