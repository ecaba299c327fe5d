import type { BadRecords } from '../actor/record-guard.ts'
import type { Plan } from '../graph/plan.ts'
import type { RunEnd, WorkerGate } from './master-host.ts'

/** With what all actors have counted, by operator in the order of the graph, while the workers still have their actors. */
export async function withBadRecords(end: RunEnd, { graph }: Plan, workers: readonly Pick<WorkerGate, 'stats'>[]): Promise<RunEnd> {
  if (end.outcome === 'failed') return end
  const operators = graph.nodes.filter(({ onError }) => onError !== undefined).map(({ name }) => name)
  if (operators.length === 0) return end
  const answers = await Promise.allSettled(workers.map((worker) => worker.stats()))
  const counts = answers
    .flatMap((answer) => (answer.status === 'fulfilled' ? answer.value.actors : []))
    .flatMap(({ badRecords }) => badRecords)
  const badRecords = operators.map((operator): BadRecords => {
    const mine = counts.filter((count) => count.operator === operator)
    return {
      operator,
      skipped: mine.reduce((sum, { skipped }) => sum + skipped, 0),
      deadLettered: mine.reduce((sum, { deadLettered }) => sum + deadLettered, 0),
    }
  })
  return { ...end, badRecords }
}
