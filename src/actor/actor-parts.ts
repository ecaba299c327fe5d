import type { BatchDecoder } from '../codec/index.ts'
import type { Mailbox } from '../channel/mailbox.ts'
import type { Outbox } from '../channel/outbox.ts'
import type { ChainRun } from '../graph/chain-code.ts'
import type { OperatorActor, StateChunk } from './contract.ts'

export interface OperatorInstance {
  readonly name: string
  readonly actor: OperatorActor
  /** What the operator threw, as an error that names it. */
  readonly blame: (error: unknown) => unknown
}

export interface ActorParts {
  readonly id: number
  readonly name: string
  /** Operators with a life of their own, in the order in which records pass them; the head first where it has one. */
  readonly operators: readonly OperatorInstance[]
  /** The head when it is a source that polls. */
  readonly source: OperatorActor | null
  /** The head when it may take whole batches. */
  readonly head: OperatorActor | null
  readonly run: ChainRun
  readonly mailbox: Mailbox
  readonly decoders: readonly BatchDecoder[]
  readonly outboxes: readonly Outbox[]
  readonly onClose: () => void
}

/** What an actor tells its worker. */
export interface ActorEvents {
  /** The oldest frames of a channel (by position in the mailbox) were processed. */
  consumed(channel: number, costBytes: number): void
  snapshotTaken(checkpointId: number, chunks: readonly ActorChunk[]): void
}

export interface ActorChunk extends StateChunk {
  readonly operator: string
}
