import type { Order } from '../harness/protocol.ts'
import type { Program } from '../harness/run-contender.ts'
import type { QueryName } from '../loops/registry.ts'

export const PEERS = [
  'rxjs',
  'node-stream',
  'piscina',
  'timely',
  'flink',
  'flink-checkpoints',
  'flink-elided',
  'jet',
  'jet-checkpoints',
  'pekko',
] as const
export type PeerName = (typeof PEERS)[number]

/** Another engine or library that does the same queries. */
export interface Peer {
  readonly name: PeerName
  /** Builds what has to be built, once. */
  prepare(): Promise<Prepared>
}

export type Prepared = Ready | Skipped

export interface Ready {
  readonly queries: readonly QueryName[]
  /** Names and versions, for the table. */
  readonly versions: string
  program(order: Order<string>): Program
}

export interface Skipped {
  /** Why this peer cannot run here, in one line. */
  readonly skipped: string
}
