import type { BadRecords } from '../actor/record-guard.ts'
import type { Plan } from '../graph/plan.ts'
import type { WorkerStats } from '../worker/worker-stats.ts'

/** What all actors have counted, by operator in the order of the graph; undefined for a job without policies. */
export async function countBadRecords(
  { graph }: Plan,
  workers: readonly { stats(): Promise<WorkerStats> }[],
): Promise<readonly BadRecords[] | undefined> {
  const operators = graph.nodes.filter(({ onError }) => onError !== undefined).map(({ name }) => name)
  if (operators.length === 0) return undefined
  const answers = await Promise.allSettled(workers.map((worker) => worker.stats()))
  const counts = answers
    .flatMap((answer) => (answer.status === 'fulfilled' ? answer.value.actors : []))
    .flatMap(({ badRecords }) => badRecords)
  return operators.map((operator) => {
    const mine = counts.filter((count) => count.operator === operator)
    return {
      operator,
      skipped: mine.reduce((sum, { skipped }) => sum + skipped, 0),
      deadLettered: mine.reduce((sum, { deadLettered }) => sum + deadLettered, 0),
    }
  })
}
