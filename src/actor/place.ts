import type { DeadLetterOrigin } from '../graph/error-policy.ts'
import type { OperatorActor, StateChunk } from './contract.ts'

interface SavedChannel {
  readonly channel: string
  readonly count: number
}

/**
 * Which record an actor is at: of a source's split, or of a channel. Kept only by actors whose operators write dead letters. The counts of the
 * channels are state, so that a record has the same number after a restart.
 */
export class Place implements OperatorActor {
  /** Row of the batch at hand: set by the loop of the chain. */
  row = 0
  readonly #index: number
  readonly #source: string
  readonly #channels: readonly string[]
  readonly #counts: Float64Array
  #split: number | null = 0
  /** Position in the mailbox, or -1 while a source reads. */
  #channel = -1
  /** Number of the record in row 0. */
  #base = 0

  /**
   * @param index number of the instance
   * @param source name of the head, when it is a source
   * @param channels names of the channels, in the order of the mailbox
   */
  constructor(index: number, source: string, channels: readonly string[]) {
    this.#index = index
    this.#source = source
    this.#channels = channels
    this.#counts = new Float64Array(channels.length)
  }

  get where(): DeadLetterOrigin {
    const number = this.#base + this.row
    if (this.#channel === -1) return { source: this.#source, split: this.#split, position: number }
    return { channel: this.#channels[this.#channel]!, sequence: number }
  }

  /** A source passes on rows of a split; `base` is the position of row 0. */
  readsSplit(split: number | null, base: number): void {
    this.#channel = -1
    this.#split = split
    this.#base = base
  }

  /** A source is at an item that becomes no record. */
  isAt(split: number, position: number): void {
    this.readsSplit(split, position)
    this.row = 0
  }

  /** A batch of a channel is processed. */
  readsChannel(channel: number, records: number): void {
    this.#channel = channel
    this.#base = this.#counts[channel]!
    this.#counts[channel]! += records
  }

  snapshot(): StateChunk[] {
    const value = this.#channels.map((channel, i): SavedChannel => ({ channel, count: this.#counts[i]! }))
    return [{ scope: 'split', id: this.#index, value }]
  }

  /** Channels that are not there any more are forgotten. */
  restore(chunks: readonly StateChunk[]): void {
    for (const { value } of chunks) {
      for (const { channel, count } of value as SavedChannel[]) {
        const i = this.#channels.indexOf(channel)
        if (i !== -1) this.#counts[i] = count
      }
    }
  }
}
