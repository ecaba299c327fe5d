import { LatencyMarkers } from '../actor/latency-markers.ts'
import type { OperatorNode } from '../graph/graph.ts'
import type { ActorEnvironment, ActorWiring } from './build-actor.ts'

/** @param head first operator of the actor's chain */
export function buildLatency(
  { plan, clock, latencyMarkersMs }: ActorEnvironment,
  head: OperatorNode,
  { outboxes }: ActorWiring,
): LatencyMarkers | null {
  if (latencyMarkersMs === Infinity) return null
  return new LatencyMarkers({
    everyMs: latencyMarkersMs,
    source: head.inputs.length === 0 ? head.id : null,
    nameOf: (source) => plan.graph.nodes[source]!.name,
    clock,
    outboxes: [...outboxes.values()],
  })
}
