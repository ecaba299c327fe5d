import type { RunStats } from '../control/protocol.ts'
import type { Plan } from '../graph/plan.ts'
import type { ActorStats } from '../worker/worker-stats.ts'

export interface MetricsText {
  readonly contentType: string
  readonly text: string
}

type Labels = Readonly<Record<string, string | number>>

interface Metrics {
  /** Notes a value; a metric whose name ends in _total is a counter. */
  (name: string, help: string, value: number, labels?: Labels): void
}

/** What a run has counted, in the text format of Prometheus. prom-client is loaded when somebody asks. */
export async function metricsText(plan: Plan, stats: RunStats): Promise<MetricsText> {
  const { Counter, Gauge, Registry } = await import('prom-client')
  const registry = new Registry()
  // Not `job` and `instance`: whoever scrapes sets these to what was scraped, and renames ours.
  registry.setDefaultLabels({ job_name: plan.graph.jobName })
  const made = new Map<string, (value: number, labels: Labels) => void>()
  const note: Metrics = (name, help, value, labels = {}) => {
    const options = { name: `millrace_${name}`, help, labelNames: Object.keys(labels), registers: [registry] }
    let set = made.get(name)
    if (set === undefined) {
      const metric = name.endsWith('_total') ? new Counter(options) : new Gauge(options)
      set = (noted, under) => metric.inc({ ...under }, noted)
      made.set(name, set)
    }
    set(value, labels)
  }
  runMetrics(note, stats)
  for (const { worker, heapBytes, actors } of stats.workers) {
    note('heap_bytes', 'Heap of a worker that is in use', heapBytes, { worker })
    for (const actor of actors) {
      const placed = plan.actors[actor.id]
      if (placed !== undefined) actorMetrics(note, actor, { task: plan.tasks[placed.task]!.name, task_instance: placed.index, worker })
    }
  }
  return { contentType: registry.contentType, text: await registry.metrics() }
}

function runMetrics(note: Metrics, { state, attempt, restarts, checkpoint, checkpoints }: RunStats): void {
  note('running', '1 while the job runs, 0 while it starts, restarts or ends', state === 'running' ? 1 : 0)
  note('attempt', 'Number of the attempt that runs', attempt)
  note('restarts_total', 'Restarts since the run began', restarts)
  note('checkpoint_id', 'Newest complete checkpoint', checkpoint)
  note('checkpoints_completed_total', 'Complete checkpoints since the run began', checkpoints.completed)
  note('checkpoints_failed_total', 'Checkpoints that were given up', checkpoints.failed)
  if (checkpoints.ageMs !== null) note('checkpoint_age_seconds', 'Since the newest complete checkpoint began', checkpoints.ageMs / 1000)
  if (checkpoints.latest === null) return
  note('checkpoint_duration_seconds', 'Of the newest checkpoint', checkpoints.latest.tookMs / 1000)
  note('checkpoint_bytes', 'State that the newest checkpoint restores', checkpoints.latest.bytes)
}

function actorMetrics(note: Metrics, actor: ActorStats, labels: Labels): void {
  note('records_in_total', 'Records that came in since the attempt began', actor.recordsIn, labels)
  note('records_out_total', 'Records that went out since the attempt began', actor.recordsOut, labels)
  note('busy_seconds_total', 'Time that an actor ran since the attempt began', actor.busyMs / 1000, labels)
  note(
    'blocked_seconds_total',
    'Time in which it had something to send, and no credit for it, since the attempt began',
    actor.blockedMs / 1000,
    labels,
  )
  note('mailbox_bytes', 'Received and unprocessed', actor.mailboxBytes, labels)
  if (actor.watermarkMs !== null) note('watermark_seconds', 'Event time that an actor has come to', actor.watermarkMs / 1000, labels)
  for (const { source, p50Ms, p99Ms } of actor.latency) {
    const help = 'Age of latency markers, since the attempt began'
    note('latency_seconds', help, p50Ms / 1000, { ...labels, source, quantile: '0.5' })
    note('latency_seconds', help, p99Ms / 1000, { ...labels, source, quantile: '0.99' })
  }
  for (const { operator, skipped, deadLettered } of actor.badRecords) {
    const help = 'Records that an onError policy left out since the job began'
    note('bad_records_total', help, skipped, { operator, ...labels, outcome: 'skipped' })
    note('bad_records_total', help, deadLettered, { operator, ...labels, outcome: 'dead-lettered' })
  }
}
