import { Drift } from '../actor/drift.ts'
import type { OperatorNode } from '../graph/graph.ts'
import type { ActorPlacement, Plan } from '../graph/plan.ts'
import { AlignedSource } from '../time/aligned-source.ts'
import { checkedGenerator } from '../time/checked-generator.ts'
import { SplitWatermarks } from '../time/split-watermarks.ts'
import type { WatermarkStrategy } from '../time/watermark-strategy.ts'
import { blame } from './blame.ts'
import type { ActorEnvironment, ActorWiring } from './build-actor.ts'

/** Where event times begin in an operator; null for others. What is wrong with its generators is blamed on it. */
export function buildWatermarks(node: OperatorNode): SplitWatermarks | null {
  const strategy = timing(node)
  if (strategy === undefined) return null
  const { create } = strategy
  if (typeof create !== 'function') return new SplitWatermarks(strategy)
  return new SplitWatermarks({ ...strategy, create: () => checkedGenerator(create, (error) => blame(error, node)) })
}

/** Of a source in a group that is read abreast; null for others. */
export function buildDrift(
  { plan, clock, watermarks }: ActorEnvironment,
  { id, task }: ActorPlacement,
  { wakeAt }: ActorWiring,
  splits: SplitWatermarks | null,
): Drift | null {
  const alignment = timingOf(plan, task)?.alignment ?? null
  if (alignment === null || splits === null) return null
  const { group, maxDriftMs } = alignment
  const members = plan.actors.filter((actor) => timingOf(plan, actor.task)?.alignment?.group === group).map((actor) => actor.id)
  return new Drift(splits, new AlignedSource({ table: watermarks, slot: id, members, maxDriftMs }), clock, wakeAt)
}

function timingOf({ graph, tasks }: Plan, task: number): WatermarkStrategy | undefined {
  return timing(graph.nodes[tasks[task]!.nodes[0]!]!)
}

function timing(node: OperatorNode): WatermarkStrategy | undefined {
  return node.spec['watermarks'] as WatermarkStrategy | undefined
}
