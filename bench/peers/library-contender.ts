import { extname } from 'node:path'
import { peakRssBytes } from '../harness/peak-rss.ts'
import type { Order, Report } from '../harness/protocol.ts'
import { isQuery } from '../loops/registry.ts'
import { spanOf } from '../workloads/span.ts'
import { loadLibrary } from './library.ts'
import type { LibraryName } from './library.ts'

/** Entry of a library's process: takes an order as JSON in its only argument, prints the report as its last line. */
async function main({ contender, query, seed, count }: Order<LibraryName>): Promise<Report> {
  const { queries, open, close } = await loadLibrary(contender, extname(import.meta.url))
  const run = isQuery(query) ? queries[query] : undefined
  if (run === undefined) throw new RangeError(`${contender} has no ${query}`)
  await open?.()
  const start = performance.now()
  const check = await run(spanOf(seed, count))
  const seconds = (performance.now() - start) / 1000
  await close?.()
  return { events: count, seconds, startupMs: start, ...check, peakRssBytes: peakRssBytes() }
}

console.log(JSON.stringify(await main(JSON.parse(process.argv[2] ?? '{}') as Order<LibraryName>)))
