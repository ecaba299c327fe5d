import { KEYS, makeKeyed } from '../workloads/keyed.ts'
import type { RowCheck } from '../workloads/row-hash.ts'
import { hashSumRow } from '../workloads/rows.ts'
import type { SumRow } from '../workloads/rows.ts'
import type { Span } from '../workloads/span.ts'

/** ks-every: every step of every key's running sum goes to the sink as an object; the sink keeps the last one of each key. */
export function naive({ first, count }: Span): RowCheck {
  const sums = new Map<number, number>()
  const last = new Map<number, SumRow>()
  for (let n = first; n < first + count; n++) {
    const record = makeKeyed(n)
    const sum = (sums.get(record.key) ?? 0) + record.value
    sums.set(record.key, sum)
    const step: SumRow = { key: record.key, sum }
    last.set(step.key, step)
  }
  let checksum = 0
  for (const step of last.values()) checksum = (checksum + hashSumRow(step)) | 0
  return { checksum: checksum >>> 0, rows: last.size }
}

/** The keys are known to be small integers: sums and last steps stand in arrays by key. */
export function best({ first, count }: Span): RowCheck {
  const sums = new Int32Array(KEYS)
  const last = new Array<SumRow | undefined>(KEYS).fill(undefined)
  for (let n = first; n < first + count; n++) {
    const record = makeKeyed(n)
    const sum = (sums[record.key]! + record.value) | 0
    sums[record.key] = sum
    last[record.key] = { key: record.key, sum }
  }
  let checksum = 0
  let rows = 0
  for (const step of last) {
    if (step === undefined) continue
    checksum = (checksum + hashSumRow(step)) | 0
    rows++
  }
  return { checksum: checksum >>> 0, rows }
}
