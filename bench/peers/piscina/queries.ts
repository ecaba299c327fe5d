import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Piscina } from 'piscina'
import { makeEvent } from '../../workloads/events.ts'
import { makeKeyed } from '../../workloads/keyed.ts'
import { hashBidRow, hashSumRow } from '../../workloads/rows.ts'
import type { BidRow } from '../../workloads/rows.ts'
import type { Span } from '../../workloads/span.ts'
import type { Library } from '../library.ts'
import { RowSum } from '../row-sum.ts'
import type * as tasks from './thread.ts'

const THREADS = 2
const BATCH_RECORDS = 1024
/** Batches under way: each thread finds the next one waiting when it has done one. */
const LANES = 2 * THREADS

type Task = keyof typeof tasks

let pool: Piscina | undefined

export async function open(): Promise<void> {
  const filename = fileURLToPath(new URL('thread' + extname(import.meta.url), import.meta.url))
  const opened = new Piscina({ filename, minThreads: THREADS, maxThreads: THREADS })
  pool = opened
  await Promise.all(Array.from({ length: THREADS }, () => opened.run([], { name: 'convert' satisfies Task })))
}

export async function close(): Promise<void> {
  await pool?.destroy()
}

/** Makes the records here, batch by batch, has each batch worked on by a thread and takes the result here. */
async function forEachBatch<R, Result>(
  { first, count }: Span,
  make: (n: number) => R,
  name: Task,
  take: (result: Result) => void,
): Promise<void> {
  const threads = pool
  if (threads === undefined) throw new Error('the pool is not open')
  const end = first + count
  let next = first
  const lane = async (): Promise<void> => {
    while (next < end) {
      const batch: R[] = []
      for (const until = Math.min(next + BATCH_RECORDS, end); next < until; next++) batch.push(make(next))
      take((await threads.run(batch, { name })) as Result)
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane))
}

export const queries: Library['queries'] = {
  q1: async (span) => {
    const sum = new RowSum()
    await forEachBatch(span, makeEvent, 'convert', (rows: BidRow[]) => {
      for (const row of rows) sum.add(hashBidRow(row))
    })
    return sum.check()
  },
  ks: async (span) => {
    const sums = new Map<number, number>()
    await forEachBatch(span, makeKeyed, 'sumByKey', (some: Map<number, number>) => {
      for (const [key, value] of some) sums.set(key, (sums.get(key) ?? 0) + value)
    })
    const sum = new RowSum()
    for (const [key, value] of sums) sum.add(hashSumRow({ key, sum: value }))
    return sum.check()
  },
}
