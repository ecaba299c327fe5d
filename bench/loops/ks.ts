import { makeKeyed } from '../workloads/keyed.ts'
import type { RowCheck } from '../workloads/row-hash.ts'
import { hashSumRow } from '../workloads/rows.ts'
import type { Span } from '../workloads/span.ts'

/** ks: the sum of every key at the end. */
export function naive({ first, count }: Span): RowCheck {
  const sums = new Map<number, number>()
  for (let n = first; n < first + count; n++) {
    const record = makeKeyed(n)
    sums.set(record.key, (sums.get(record.key) ?? 0) + record.value)
  }
  let checksum = 0
  for (const [key, sum] of sums) checksum = (checksum + hashSumRow({ key, sum })) | 0
  return { checksum: checksum >>> 0, rows: sums.size }
}
