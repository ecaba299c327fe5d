import type { Gauge as PrometheusGauge, Registry as PrometheusRegistry } from 'prom-client'
import type { RunStats } from '../control/protocol.ts'
import type { Plan } from '../graph/plan.ts'

export interface MetricsText {
  readonly contentType: string
  readonly text: string
}

interface Gauges {
  readonly registry: PrometheusRegistry
  readonly gauge: (name: string, help: string, labels?: readonly string[]) => PrometheusGauge
}

/** What a run has counted, in the format of Prometheus. prom-client is loaded when somebody asks. */
export async function metricsText(plan: Plan, stats: RunStats): Promise<MetricsText> {
  const { Gauge, Registry } = await import('prom-client')
  const registry = new Registry()
  registry.setDefaultLabels({ job: plan.graph.jobName })
  const gauges: Gauges = {
    registry,
    gauge: (name, help, labels = []) => new Gauge({ name: `millrace_${name}`, help, labelNames: [...labels], registers: [registry] }),
  }
  runMetrics(gauges, stats)
  actorMetrics(gauges, plan, stats)
  return { contentType: registry.contentType, text: await registry.metrics() }
}

function runMetrics({ gauge }: Gauges, { state, attempt, restarts, checkpoint, checkpoints }: RunStats): void {
  gauge('up', '1 while the job runs, 0 while it starts, restarts or ends').set(state === 'running' ? 1 : 0)
  gauge('attempt', 'Number of the attempt that runs').set(attempt)
  gauge('restarts', 'Restarts since the run began').set(restarts)
  gauge('checkpoint_id', 'Newest complete checkpoint').set(checkpoint)
  gauge('checkpoints_completed', 'Complete checkpoints since the run began').set(checkpoints.completed)
  gauge('checkpoints_failed', 'Checkpoints that were given up').set(checkpoints.failed)
  if (checkpoints.ageMs !== null) gauge('checkpoint_age_seconds', 'Since the newest complete checkpoint began').set(checkpoints.ageMs / 1000)
  if (checkpoints.latest === null) return
  gauge('checkpoint_duration_seconds', 'Of the newest checkpoint').set(checkpoints.latest.tookMs / 1000)
  gauge('checkpoint_bytes', 'State that the newest checkpoint restores').set(checkpoints.latest.bytes)
}

const ACTOR = ['task', 'instance', 'worker'] as const

function actorMetrics({ gauge }: Gauges, plan: Plan, stats: RunStats): void {
  const read = gauge('records_in', 'Records that came in since the attempt began', ACTOR)
  const sent = gauge('records_out', 'Records that went out since the attempt began', ACTOR)
  const busy = gauge('busy_seconds', 'Time that an actor ran since the attempt began', ACTOR)
  const mailbox = gauge('mailbox_bytes', 'Received and unprocessed', ACTOR)
  const watermark = gauge('watermark_seconds', 'Event time that an actor has come to', ACTOR)
  const heap = gauge('heap_bytes', 'Heap of a worker that is in use', ['worker'])
  const latency = gauge('latency_seconds', 'Of latency markers since the attempt began', [...ACTOR, 'source', 'quantile'])
  const bad = gauge('bad_records', 'Records that an onError policy left out since the job began', ['operator', 'instance', 'outcome'])
  for (const { worker, heapBytes, actors } of stats.workers) {
    heap.set({ worker }, heapBytes)
    for (const actor of actors) {
      const placed = plan.actors[actor.id]
      if (placed === undefined) continue
      const labels = { task: plan.tasks[placed.task]!.name, instance: placed.index, worker }
      read.set(labels, actor.recordsIn)
      sent.set(labels, actor.recordsOut)
      busy.set(labels, actor.busyMs / 1000)
      mailbox.set(labels, actor.mailboxBytes)
      if (actor.watermarkMs !== null) watermark.set(labels, actor.watermarkMs / 1000)
      for (const { source, p50Ms, p99Ms } of actor.latency) {
        latency.set({ ...labels, source, quantile: '0.5' }, p50Ms / 1000)
        latency.set({ ...labels, source, quantile: '0.99' }, p99Ms / 1000)
      }
      for (const { operator, skipped, deadLettered } of actor.badRecords) {
        bad.set({ operator, instance: placed.index, outcome: 'skipped' }, skipped)
        bad.set({ operator, instance: placed.index, outcome: 'dead-lettered' }, deadLettered)
      }
    }
  }
}
