import type { RowCheck } from '../workloads/row-hash.ts'
import { hashWordRow } from '../workloads/rows.ts'
import type { Span } from '../workloads/span.ts'
import { makeLine } from '../workloads/text.ts'

/** wc: how often every word occurs in the lines. */
export function naive({ first, count }: Span): RowCheck {
  const counts = new Map<string, number>()
  for (let n = first; n < first + count; n++) {
    for (const word of makeLine(n).split(' ')) counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  let checksum = 0
  for (const [word, count] of counts) checksum = (checksum + hashWordRow({ word, count })) | 0
  return { checksum: checksum >>> 0, rows: counts.size }
}
