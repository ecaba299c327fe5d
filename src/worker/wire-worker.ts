import type { Actor } from '../actor/actor.ts'
import type { SealedChunk } from '../actor/actor-parts.ts'
import type { Registry } from '../actor/contract.ts'
import type { ChannelSender } from '../channel/channel-sender.ts'
import { CreditTable, exclusiveBytes, mailboxBudget } from '../channel/credit.ts'
import { LocalSender } from '../channel/local-sender.ts'
import { Mailbox } from '../channel/mailbox.ts'
import { Outbox } from '../channel/outbox.ts'
import { PeerRing } from '../channel/peer-ring.ts'
import { RingSender } from '../channel/ring-sender.ts'
import { BatchDecoder, BatchEncoder, assertSerializable } from '../codec/index.ts'
import type { SnapshotTiming } from '../core/checkpoint-measures.ts'
import type { ActorPlacement, Channel, Plan } from '../graph/plan.ts'
import { routingTable } from '../graph/plan.ts'
import { Doorbell, type FrameHandler, RingConsumer } from '../ring/index.ts'
import { environmentOf, once } from './actor-environment.ts'
import { ActorLink } from './actor-link.ts'
import { type ActorEnvironment, buildActor } from './build-actor.ts'
import { captureFrames } from './capture-frames.ts'
import { ChannelIndex } from './channel-index.ts'
import type { Deployment, EngineOptions } from './deployment.ts'
import { Inbound } from './inbound.ts'
import { LoneActors } from './lone-actors.ts'
import { Waking } from './waking.ts'
import type { Peer, WorkerHost } from './worker-host.ts'

export interface WiringRequest {
  readonly plan: Plan
  readonly registry: Registry
  readonly options: EngineOptions
  readonly index: number
  readonly deployment: Deployment
  readonly host: WorkerHost
  readonly markReady: (actor: number) => void
  /** Makes it ready at a time of the monotonic clock. */
  readonly wakeAt: (actor: number, monotonicMs: number) => void
  readonly snapshotPart: (actor: number, checkpointId: number, chunks: readonly SealedChunk[]) => void
  readonly snapshotTaken: (actor: number, checkpointId: number, chunks: readonly SealedChunk[], timing: SnapshotTiming) => void
}

/** All that one worker's actors of one attempt are connected with. */
export interface Wiring {
  /** By number. One that has failed may be replaced by its successor. */
  readonly actors: Map<number, Actor>
  /** Makes an actor anew, with the mailbox and the outboxes that it has. */
  readonly rebuild: (actor: number) => Actor
  readonly lone: LoneActors
  readonly consumers: readonly Peer[]
  readonly producers: readonly PeerRing[]
  readonly onFrame: FrameHandler
}

export function wireWorker(request: WiringRequest): Wiring {
  return new WorkerWiring(request).wire()
}

class WorkerWiring {
  readonly #request: WiringRequest
  readonly #credits: CreditTable
  readonly #producers = new Map<number, PeerRing>()
  readonly #inbounds: Inbound[] = []
  readonly #mailboxes = new Map<number, Mailbox>()
  readonly #links: ChannelIndex
  readonly #environment: ActorEnvironment
  readonly #route: (channels: number) => Uint16Array
  readonly #lone: LoneActors
  /** By actor, for whoever is made anew. */
  readonly #outboxesOf = new Map<number, ReadonlyMap<number, Outbox>>()

  constructor(request: WiringRequest) {
    this.#request = request
    this.#links = new ChannelIndex(request.plan)
    this.#credits = new CreditTable(request.deployment.credits)
    this.#environment = environmentOf(request)
    this.#lone = new LoneActors(request)
    this.#route = once((channels) => routingTable(request.options.keyGroups, channels))
  }

  wire(): Wiring {
    const { plan, index, deployment, markReady } = this.#request
    const { captureDir } = this.#request.options
    const mine = plan.actors.filter((actor) => actor.thread === index)
    const bells = new Map<number, Doorbell>()
    const bell = (thread: number): Doorbell =>
      bells.get(thread) ?? bells.set(thread, new Doorbell(deployment.doorbells, thread)).get(thread)!
    for (const { from, to, ring } of deployment.rings) if (from === index) this.#producers.set(to, new PeerRing(ring, bell(to)))
    for (const actor of mine) this.#openMailbox(actor)
    const actors = new Map(mine.map((actor) => [actor.id, this.#build(actor, bell)]))
    const consumers = deployment.rings
      .filter(({ to }) => to === index)
      .map(({ from, ring }) => ({ consumer: new RingConsumer(ring), bell: bell(from) }))
    const { attempt } = deployment
    const { probe } = this.#request.host
    const onFrame: FrameHandler = (header, payload) => {
      if (header.attempt !== attempt) return
      const inbound = this.#inbounds[header.channel]!
      probe?.framed(header, payload)
      if (inbound.receive(header, payload)) markReady(inbound.toActor)
      else bell(inbound.fromThread).ring()
    }
    const captured = captureDir === null ? onFrame : captureFrames(captureDir, index, attempt, onFrame)
    const rebuild = (actor: number): Actor => this.#build(plan.actors[actor]!, bell)
    return { actors, rebuild, lone: this.#lone, consumers, producers: [...this.#producers.values()], onFrame: captured }
  }

  #openMailbox(actor: ActorPlacement): void {
    const channels = this.#links.to(actor.id)
    const mailbox = new Mailbox(channels.length, mailboxBudget(this.#request.options.mailboxBytes, channels.length))
    this.#mailboxes.set(actor.id, mailbox)
    channels.forEach((channel, slot) => {
      this.#inbounds[channel.id] = new Inbound(channel.id, channel.fromThread, actor.id, slot, mailbox, this.#credits)
    })
  }

  #build(placement: ActorPlacement, bell: (thread: number) => Doorbell): Actor {
    const { plan, options, host, markReady, wakeAt } = this.#request
    const channels = this.#links.to(placement.id)
    const mailbox = this.#mailboxes.get(placement.id)!
    const waking = new Waking(host, () => markReady(placement.id))
    const outboxes = this.#outboxesOf.get(placement.id) ?? this.#outboxes(placement)
    this.#outboxesOf.set(placement.id, outboxes)
    const log = this.#lone.logOf(placement.id, outboxes.values())
    // Whoever is called again reads the same times again.
    const environment = log === null ? this.#environment : { ...this.#environment, clock: log.clock(host.clock) }
    return buildActor(environment, placement, {
      mailbox,
      inputs: inputsOf(plan, channels),
      decoder: (slot) => new BatchDecoder({ name: `channel-${channels[slot]!.id}`, mode: options.codec }),
      channels: () => channels.map((channel) => channelName(plan, channel)),
      outboxes,
      log,
      events: new ActorLink(
        placement.id,
        mailbox,
        channels.map((channel) => this.#inbounds[channel.id]!),
        this.#request,
        bell,
      ),
      wake: () => waking.wake(),
      wakeAt: (monotonicMs) => wakeAt(placement.id, monotonicMs),
      onClose: () => waking.close(),
    })
  }

  #outboxes(placement: ActorPlacement): ReadonlyMap<number, Outbox> {
    const { plan, options, host } = this.#request
    const edges = plan.edges.filter((edge) => edge.fromTask === placement.task)
    if (edges.length === 0) return NO_OUTBOXES
    return new Map(
      edges.map((edge) => {
        const channels = this.#links.from(placement.id).filter((channel) => channel.edge === edge.id)
        const route = this.#route(Math.min(options.keyGroups, channels.length))
        // One encoder an edge: all its channels carry the same shapes.
        const { name: operator, site } = plan.graph.nodes[edge.fromNode]!
        const encoder = new BatchEncoder({ name: `edge-${edge.id}`, mode: options.codec, operator, site })
        return [
          edge.id,
          new Outbox(
            channels.map((channel) => this.#sender(channel, encoder)),
            route,
            edge.timestamps,
            options.batchRecords,
            host.outletsHearTime === true || channels.some(({ toThread }) => toThread < plan.workers),
          ),
        ]
      }),
    )
  }

  #sender(channel: Channel, encoder: BatchEncoder): ChannelSender {
    const { plan, options, deployment, index, host, markReady } = this.#request
    const senders = this.#links.to(channel.toActor).length
    const allowanceBytes = exclusiveBytes(mailboxBudget(options.mailboxBytes, senders), senders)
    if (channel.toThread !== index || options.transport === 'ring') {
      return new RingSender(channel.id, deployment.attempt, this.#credits, allowanceBytes, this.#producers.get(channel.toThread)!, encoder)
    }
    const inbound = this.#inbounds[channel.id]!
    const where = plan.graph.nodes[plan.edges[channel.edge]!.fromNode]!
    return new LocalSender(
      channel.id,
      this.#credits,
      allowanceBytes,
      (frame) => {
        host.probe?.handed(channel.id, frame)
        inbound.deliver(frame)
        markReady(channel.toActor)
      },
      (record) => assertSerializable(record, { operator: where.name, site: where.site }),
      options.freezeRecords,
    )
  }
}

const NO_OUTBOXES: ReadonlyMap<number, Outbox> = new Map()

const ONE_INPUT: readonly number[] = [0]

function inputsOf({ edges }: Plan, channels: readonly Channel[]): readonly number[] {
  const inputs = channels.map((channel) => edges[channel.edge]?.input ?? 0)
  return inputs.length === 1 && inputs[0] === 0 ? ONE_INPUT : inputs
}

/** As dead letters name it: both ends, each with its instance. */
function channelName({ actors, edges, graph, tasks }: Plan, { edge, fromActor, toActor }: Channel): string {
  const to = actors[toActor]!
  const head = `${graph.nodes[tasks[to.task]!.nodes[0]!]!.name} (${to.index + 1}/${tasks[to.task]!.parallelism})`
  if (edge === -1) return `app > ${head}`
  const { fromNode, fromTask, output } = edges[edge]!
  const from = `${graph.nodes[fromNode]!.name}${output === undefined ? '' : `.${output}`}`
  return `${from} (${actors[fromActor]!.index + 1}/${tasks[fromTask]!.parallelism}) > ${head}`
}
