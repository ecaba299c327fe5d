import type { RecordsBatch, fetchV17 } from '@platformatic/kafka'

const IS_TRANSACTIONAL = 1 << 4
const IS_CONTROL = 1 << 5
/** The type, behind the version, in the key of a control record. */
const ABORT = 0

/** A batch without its records where nobody may see them: positions go on behind it all the same. */
export interface SeenBatch {
  readonly batch: RecordsBatch
  readonly visible: boolean
}

/**
 * Which batches of a fetch belong to readers who want committed records only: brokers give those of aborted transactions as well, and a list of where each of them begins; it ends with a
 * control record of its producer. The rule is that of CompletedFetch in Kafka's Java client.
 *
 * @param aborted null: all are to be seen
 */
export function committedBatches(
  batches: readonly RecordsBatch[],
  aborted: readonly fetchV17.FetchResponsePartitionAbortedTransaction[] | null,
): SeenBatch[] {
  const starts = (aborted ?? []).toSorted((a, b) => (a.firstOffset < b.firstOffset ? -1 : a.firstOffset > b.firstOffset ? 1 : 0))
  const open = new Set<bigint>()
  let next = 0
  return batches.map((batch) => {
    const last = batch.firstOffset + BigInt(batch.lastOffsetDelta)
    for (let start = starts[next]; start !== undefined && start.firstOffset <= last; start = starts[++next]) open.add(start.producerId)
    if ((batch.attributes & IS_CONTROL) !== 0) {
      if (batch.records[0]?.key?.readInt16BE(2) === ABORT) open.delete(batch.producerId)
      return { batch, visible: false }
    }
    return { batch, visible: (batch.attributes & IS_TRANSACTIONAL) === 0 || !open.has(batch.producerId) }
  })
}
