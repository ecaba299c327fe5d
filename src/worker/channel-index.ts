import type { Channel, Plan } from '../graph/plan.ts'

const NONE: readonly Channel[] = []

/** The channels of a plan by their ends, each in the order of the plan. There may be some ten thousand: whoever asks for an actor's must not look through all. */
export class ChannelIndex {
  readonly #to = new Map<number, Channel[]>()
  readonly #from = new Map<number, Channel[]>()

  constructor({ channels }: Pick<Plan, 'channels'>) {
    for (const channel of channels) {
      add(this.#to, channel.toActor, channel)
      add(this.#from, channel.fromActor, channel)
    }
  }

  to(actor: number): readonly Channel[] {
    return this.#to.get(actor) ?? NONE
  }

  from(actor: number): readonly Channel[] {
    return this.#from.get(actor) ?? NONE
  }
}

function add(channels: Map<number, Channel[]>, actor: number, channel: Channel): void {
  const known = channels.get(actor)
  if (known === undefined) channels.set(actor, [channel])
  else known.push(channel)
}
