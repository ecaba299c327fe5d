import { peakRssBytes } from './harness/peak-rss.ts'
import type { Order, Report } from './harness/protocol.ts'
import { isQuery, loadLoops } from './loops/registry.ts'
import type { QueryName } from './loops/registry.ts'
import { spanOf } from './workloads/span.ts'

/** Entry of a contender's process: takes an order as JSON in its only argument, prints the report as its last line. */
async function main(order: Order): Promise<Report> {
  if (!isQuery(order.query)) throw new RangeError(`query=${order.query} is unknown`)
  // Loaded for a job only: a loop shares its process with nothing.
  if (order.contender === 'millrace') return await (await import('./run-job.ts')).runJob(order, order.query)
  return await runLoop(order, order.query, order.contender)
}

async function runLoop(order: Order, query: QueryName, variant: 'naive' | 'best'): Promise<Report> {
  const loop = (await loadLoops(query))[variant]
  if (loop === undefined) throw new RangeError(`${query} has no ${variant} loop`)
  const span = spanOf(order.seed, order.count)
  const start = performance.now()
  const check = loop(span)
  return { events: order.count, seconds: (performance.now() - start) / 1000, startupMs: start, ...check }
}

const report = await main(JSON.parse(process.argv[2] ?? '{}') as Order)
console.log(JSON.stringify({ ...report, peakRssBytes: peakRssBytes() }))
