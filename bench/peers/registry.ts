import { FLINK, JET, jvmPeer, PEKKO } from './jvm-peer.ts'
import { libraryPeer } from './library-peer.ts'
import type { Peer } from './peer.ts'
import { timely } from './timely-peer.ts'

/** In the order of PEERS. */
export const ALL_PEERS: readonly Peer[] = [
  libraryPeer('rxjs', 'rxjs'),
  libraryPeer('node-stream'),
  libraryPeer('piscina', 'piscina'),
  timely,
  jvmPeer('flink', FLINK),
  jvmPeer('flink-checkpoints', FLINK, ['checkpointIntervalMs=1000']),
  jvmPeer('flink-elided', FLINK, ['elided=true'], ['q0', 'q1', 'q2']),
  jvmPeer('jet', JET),
  jvmPeer('jet-checkpoints', JET, ['checkpointIntervalMs=1000']),
  jvmPeer('pekko', PEKKO),
]
