import type { WorkerGate } from './master-host.ts'

/** Sources end as if their input were over. Nobody waits for it: a worker that is lost is told again by the next attempt. */
export function drainSources(workers: readonly Pick<WorkerGate, 'drainSources'>[]): void {
  for (const worker of workers) void worker.drainSources().catch(() => {})
}
