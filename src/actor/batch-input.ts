import type { Envelope } from '../channel/mailbox.ts'
import type { BatchDecoder } from '../codec/index.ts'
import type { ActorParts } from './actor-parts.ts'
import type { ColumnBatch } from './contract.ts'
import type { Operators } from './operators.ts'

/** A batch that came in, and what is to be given back for it. */
export interface Arrived {
  readonly batch: ColumnBatch
  readonly channel: number
  readonly costBytes: number
}

/** Gives batches to the chain of an actor, one at a time: when its head has the state that it needs for them. */
export class BatchInput {
  readonly #parts: ActorParts
  readonly #operators: Operators
  /** Input that the head was told of last. */
  #input = -1
  /** By channel, once something came encoded. */
  readonly #decoders: (BatchDecoder | undefined)[] = []
  #arrived: Arrived | null = null

  constructor(parts: ActorParts, operators: Operators) {
    this.#parts = parts
    this.#operators = operators
  }

  /** A batch waits for the state of its keys: nothing else may come before it. */
  get waits(): boolean {
    return this.#arrived !== null
  }

  /** Takes a batch out of a frame. Returns its number of records. */
  receive(frame: Envelope, channel: number): number {
    const batch = frame.batch ?? (this.#decoders[channel] ??= this.#parts.decoder(channel)).decode(frame.payload!)
    this.#arrived = { batch, channel, costBytes: frame.costBytes }
    this.#enter(this.#arrived)
    return batch.length
  }

  #enter({ batch, channel }: Arrived): void {
    this.#parts.place?.readsChannel(channel, batch.length)
    const input = this.#parts.inputs[channel]!
    if (input === this.#input) return
    this.#input = input
    this.#operators.first?.selectInput?.(input)
  }

  /** Gives the batch to the chain. Null when its head has to fetch state first; then the batch waits. */
  process(): Omit<Arrived, 'batch'> | null {
    const arrived = this.#arrived!
    const { batch } = arrived
    if (this.#operators.first?.prepare !== undefined && !this.#prepare(batch)) return null
    const asColumns = this.#run(arrived)
    this.#arrived = null
    this.#parts.keys?.arrived(batch, this.#input, asColumns)
    return arrived
  }

  /** A batch that the predecessor of these operators has had. */
  repeat(arrived: Arrived): void {
    this.#enter(arrived)
    this.#run(arrived)
  }

  /** What the predecessor was in the middle of. */
  takeOver(interrupted: BatchInput): void {
    this.#arrived = interrupted.#arrived
    if (this.#arrived !== null) this.#enter(this.#arrived)
  }

  /** True when the batch was taken as columns. It waits until that is done, for whoever has to do it again. */
  #run(arrived: Arrived): boolean {
    const { head, log, run } = this.#parts
    const { batch } = arrived
    log?.begin('batch')
    if (head !== null) this.#operators.enter(0)
    const asColumns = head?.processBatch?.(batch) === true
    if (!asColumns) run(batch.records(), 0, batch.length, batch.timestamps)
    log?.done('batch', 0, 0, arrived)
    return asColumns
  }

  #prepare(batch: ColumnBatch): boolean {
    const prepared = this.#operators.enter(0)!.prepare!(batch)
    this.#operators.enter(null)
    return prepared
  }
}
