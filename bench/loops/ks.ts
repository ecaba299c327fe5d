import { KEYS, makeKeyed } from '../workloads/keyed.ts'
import { hashInt } from '../workloads/row-hash.ts'
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

/** The keys are known to be small integers: the sums stand in an array by key, modulo 2^32. */
export function best({ first, count }: Span): RowCheck {
  const sums = new Int32Array(KEYS)
  const seen = new Uint8Array(KEYS)
  for (let n = first; n < first + count; n++) {
    const record = makeKeyed(n)
    sums[record.key]! += record.value
    seen[record.key] = 1
  }
  let checksum = 0
  let rows = 0
  for (let key = 0; key < KEYS; key++) {
    if (seen[key] === 0) continue
    checksum = (checksum + hashInt(hashInt(0, key), sums[key]!)) | 0
    rows++
  }
  return { checksum: checksum >>> 0, rows }
}
