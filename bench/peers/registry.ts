import { flinkPeer } from './flink-peer.ts'
import { libraryPeer } from './library-peer.ts'
import type { Peer } from './peer.ts'
import { timely } from './timely-peer.ts'

/** In the order of PEERS. */
export const ALL_PEERS: readonly Peer[] = [
  libraryPeer('rxjs', 'rxjs'),
  libraryPeer('node-stream'),
  libraryPeer('piscina', 'piscina'),
  timely,
  flinkPeer('flink', []),
  flinkPeer('flink-checkpoints', ['checkpointIntervalMs=1000']),
  flinkPeer('flink-elided', ['elided=true'], ['q0', 'q1', 'q2']),
]
