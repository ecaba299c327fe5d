import { CreditTable, exclusiveBytes, mailboxBudget } from '../../channel/credit.ts'
import { PeerRing } from '../../channel/peer-ring.ts'
import { RingSender } from '../../channel/ring-sender.ts'
import { BatchEncoder } from '../../codec/index.ts'
import { MillraceError } from '../../errors.ts'
import { INLET_KIND } from '../../graph/graph.ts'
import type { Plan } from '../../graph/plan.ts'
import { Doorbell, FrameKind } from '../../ring/index.ts'
import type { Deployment, EngineOptions } from '../../worker/deployment.ts'
import { type RecordStep, type Step, type StepTarget } from './script.ts'

/** What a channel keeps from before a restart, which whoever sends into it says again. */
export interface ChannelState {
  idle: boolean
  ended: boolean
  /** All records that were sent: those behind the position of a restored inlet are sent again. */
  readonly records: readonly RecordStep[]
}

interface KitInlet {
  readonly name: string
  readonly sender: RingSender
  /** Its records bring their event times. */
  readonly ownTime: boolean
  readonly state: ChannelState & { readonly records: RecordStep[] }
}

/** The sending end of all inputs of a deployment: the app thread's rings into its inlets, without a thread. */
export class KitInputs {
  readonly #inlets: ReadonlyMap<string, KitInlet>
  /** By input, the inlets of its channels. */
  readonly #inputs: ReadonlyMap<string, readonly string[]>
  readonly #rings: readonly PeerRing[]

  /** @param inputs by input, the inlets of its channels; all other inlets of the plan are inputs with one channel */
  constructor(plan: Plan, options: EngineOptions, deployment: Deployment, inputs: ReadonlyMap<string, readonly string[]>) {
    const credits = new CreditTable(deployment.credits)
    const rings = new Map(
      deployment.rings
        .filter(({ from }) => from === plan.workers)
        .map(({ to, ring }) => [to, new PeerRing(ring, new Doorbell(deployment.doorbells, to))]),
    )
    this.#rings = [...rings.values()]
    const allowanceBytes = exclusiveBytes(mailboxBudget(options.mailboxBytes, 1), 1)
    this.#inlets = new Map(
      plan.channels
        .filter(({ edge }) => edge === -1)
        .map(({ id, toActor, toThread }) => {
          const { name, site, spec } = plan.graph.nodes[plan.tasks[plan.actors[toActor]!.task]!.nodes[0]!]!
          const encoder = new BatchEncoder({ name: `input-${name}`, mode: options.codec, operator: name, site })
          const sender = new RingSender(id, deployment.attempt, credits, allowanceBytes, rings.get(toThread)!, encoder)
          return [name, { name, sender, ownTime: spec['eventTime'] !== undefined, state: { idle: false, ended: false, records: [] } }]
        }),
    )
    const channels = new Set([...inputs.values()].flat())
    const heads = plan.tasks.map((task) => plan.graph.nodes[task.nodes[0]!]!)
    const others = heads.filter(({ kind, name }) => kind === INLET_KIND && !channels.has(name))
    this.#inputs = new Map([...inputs, ...others.map(({ name }) => [name, [name]] as const)])
  }

  /** By inlet. */
  get states(): ReadonlyMap<string, ChannelState> {
    return new Map([...this.#inlets].map(([name, { state }]) => [name, { ...state, records: [...state.records] }]))
  }

  /** Says what senders that were restored would say: what was not read yet, who is idle, who has ended. */
  resume(states: ReadonlyMap<string, ChannelState>, positions: ReadonlyMap<string, number>): void {
    for (const inlet of this.#inlets.values()) {
      const { idle, ended, records } = states.get(inlet.name)!
      const read = positions.get(inlet.name) ?? 0
      inlet.state.records.push(...records.slice(0, read))
      this.#sendTo(inlet, records.slice(read))
      if (idle) this.#tell(inlet, FrameKind.idle, 0)
      if (ended) this.#tell(inlet, FrameKind.end, 0)
      Object.assign(inlet.state, { idle, ended })
    }
  }

  /** Records of one channel, as one batch. */
  sendRecords(steps: readonly RecordStep[]): void {
    const [inlet, second] = this.#targets({ channel: 0, ...steps[0] })
    if (second !== undefined)
      throw invalid(`A record goes to one of several inputs: ${[...this.#inputs.keys()].join(', ')}. Name it in "input"`)
    if (inlet!.state.ended) throw invalid(`A record cannot come after the end of the input "${inlet!.name}"`)
    if (inlet!.ownTime && steps.some(({ timestamp }) => timestamp !== undefined))
      throw invalid(`The inlet "${inlet!.name}" takes event times from its records: the script cannot give a timestamp`)
    this.#sendTo(inlet!, steps)
    this.flush()
  }

  /** A step that is no record and no time. Yields after each channel, so that its channels are told in the same order whenever it is done. */
  *send(step: Step): Generator<unknown> {
    for (const inlet of this.#targets(step as StepTarget)) {
      const told = inlet.state.ended || (inlet.ownTime && !('end' in step))
      if (inlet.ownTime && told && (step as StepTarget).input !== undefined)
        throw invalid(`The inlet "${inlet.name}" makes its watermarks from its records`)
      if (told) continue
      if ('watermark' in step) this.#tell(inlet, FrameKind.watermark, step.watermark)
      if ('idle' in step) this.#tell(inlet, step.idle ? FrameKind.idle : FrameKind.active, 0)
      if ('end' in step) this.#tell(inlet, FrameKind.end, 0)
      if ('idle' in step) inlet.state.idle = step.idle
      if ('end' in step) inlet.state.ended = true
      yield this.flush()
    }
  }

  /** Sends what had to wait; true when nothing waits any more. */
  flush(): boolean {
    let clear = true
    for (const { sender } of this.#inlets.values()) clear = sender.flush() && clear
    for (const ring of this.#rings) ring.announce()
    return clear
  }

  #sendTo({ sender, state, ownTime }: KitInlet, steps: readonly RecordStep[]): void {
    state.records.push(...steps)
    const records = steps.map(({ record }) => record)
    const timestamps = ownTime ? null : Float64Array.from(steps, ({ timestamp }) => timestamp ?? NaN)
    sender.sendRecords(records, records.length, timestamps)
  }

  #tell({ sender }: KitInlet, kind: FrameKind, value: number): void {
    sender.sendControl(kind, value)
  }

  #targets({ input, channel }: StepTarget): KitInlet[] {
    const names = input === undefined ? [...this.#inputs.values()] : [this.#inputs.get(input)]
    return names.flatMap((inlets) => {
      const targets = channel === undefined ? inlets : inlets?.slice(channel, channel + 1)
      if (targets === undefined || targets.length === 0)
        throw invalid(
          `There is no channel ${channel ?? 0} of an input "${input}". Inputs: ${[...this.#inputs.keys()].join(', ') || 'none'}`,
        )
      return targets.map((name) => this.#inlets.get(name)!)
    })
  }
}

function invalid(text: string): MillraceError {
  return new MillraceError('MR_OPTION_INVALID', `Operator kit: ${text}`)
}
