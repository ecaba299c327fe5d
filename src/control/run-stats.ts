import type { Plan } from '../graph/plan.ts'
import { findBottleneck } from '../observe/bottleneck.ts'
import { jobShape } from '../observe/job-shape.ts'
import { taskLoads } from '../observe/task-loads.ts'
import type { WorkerStats } from '../worker/worker-stats.ts'
import type { RunStats } from './protocol.ts'

/** What follows from what the workers have measured; `plan` is null before the job is loaded. */
export function measured(
  plan: Plan | null,
  mailboxBytes: number,
  workers: readonly WorkerStats[],
): Pick<RunStats, 'workers' | 'bottleneck'> {
  const bottleneck = plan === null ? null : findBottleneck(taskLoads(jobShape(plan, mailboxBytes), workers))
  return { workers, bottleneck }
}
