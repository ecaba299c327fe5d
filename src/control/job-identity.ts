import type { JobIdentity } from '../checkpoint/job-identity.ts'
import { KEY_HASH_VERSION } from '../core/key-hash.ts'
import { structure } from '../graph/fingerprint.ts'
import type { Graph } from '../graph/graph.ts'

/** What checkpoints of a job say about it. */
export function identityOf(graph: Graph, keyGroups: number): JobIdentity {
  return {
    jobName: graph.jobName,
    graphFingerprint: structure(graph),
    keyHashVersion: KEY_HASH_VERSION,
    keyGroups,
    operators: graph.nodes.map(({ name, kind, isNamed = false }) => ({ name, kind, isNamed })),
  }
}
