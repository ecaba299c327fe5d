import type { RecordsBatch } from '@platformatic/kafka'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { committedBatches } from '../../src/connectors/kafka/committed-batches.ts'
import { PartitionQueue } from '../../src/connectors/kafka/partition-queue.ts'
import { TransactionalIds } from '../../src/connectors/kafka/transactional-ids.ts'

/** What happened in a partition: records of a producer, in a transaction or not, and ends of transactions. */
type Step = { readonly producer: number; readonly what: 'write' | 'commit' | 'abort' | 'plain'; readonly records: number }

const steps = fc.array(
  fc.record({
    producer: fc.integer({ min: 1, max: 3 }),
    what: fc.constantFrom('write', 'write', 'commit', 'abort', 'plain') as fc.Arbitrary<Step['what']>,
    records: fc.integer({ min: 1, max: 4 }),
  }),
  { maxLength: 40 },
)

interface Log {
  readonly batches: RecordsBatch[]
  readonly aborted: { producerId: bigint; firstOffset: bigint }[]
  /** Offsets of what readers of committed records see. */
  readonly committed: number[]
  readonly end: number
}

/** A partition up to its last stable offset, and by the definition of a transaction what is committed of it. */
function logOf(script: readonly Step[]): Log {
  const [batches, aborted, committed]: [RecordsBatch[], Log['aborted'], number[]] = [[], [], []]
  const open = new Map<number, number[]>()
  let offset = 0
  const append = (producer: number, attributes: number, records: number, key: Buffer | null): number[] => {
    const offsets = Array.from({ length: records }, (_, i) => offset + i)
    batches.push({
      firstOffset: BigInt(offset),
      lastOffsetDelta: records - 1,
      attributes,
      producerId: BigInt(producer),
      firstTimestamp: 1_000n,
      maxTimestamp: 1_000n,
      records: offsets.map((_, i) => ({ offsetDelta: i, timestampDelta: BigInt(i), key, value: null, headers: [] })),
    } as unknown as RecordsBatch)
    offset += records
    return offsets
  }
  const end = (producer: number, what: 'commit' | 'abort'): void => {
    const offsets = open.get(producer)
    if (offsets === undefined) return
    open.delete(producer)
    append(producer, 0x30, 1, Buffer.from([0, 0, 0, what === 'commit' ? 1 : 0]))
    if (what === 'commit') committed.push(...offsets)
    else aborted.push({ producerId: BigInt(producer), firstOffset: BigInt(offsets[0]!) })
  }
  for (const { producer, what, records } of script) {
    if (what === 'plain') committed.push(...append(producer + 10, 0, records, null))
    else if (what === 'write') open.set(producer, [...(open.get(producer) ?? []), ...append(producer, 0x10, records, null)])
    else end(producer, what)
  }
  for (const producer of [...open.keys()]) end(producer, 'abort')
  return { batches, aborted, committed: committed.toSorted((a, b) => a - b), end: offset }
}

test('readers of committed records see those of committed transactions and of none, from any offset on, in any portions', () => {
  fc.assert(
    fc.property(steps, fc.nat(20), fc.integer({ min: 1, max: 5 }), fc.nat(200), (script, portion, most, start) => {
      const { batches, aborted, committed, end } = logOf(script)
      const from = Math.min(start, end)
      const queue = new PartitionQueue('topic', 0, from, end)
      const seen: number[] = []
      while (!queue.isOver) {
        // As a broker: whole batches from the one with the offset on, and the aborted transactions that reach into them.
        const first = batches.findIndex(({ firstOffset, lastOffsetDelta }) => Number(firstOffset) + lastOffsetDelta >= queue.next)
        if (first !== -1 && queue.wants(3)) {
          const answer = batches.slice(first, first + 1 + portion)
          const last = Number(answer.at(-1)!.firstOffset) + answer.at(-1)!.lastOffsetDelta
          const listed = aborted.filter(({ producerId, firstOffset }) => {
            const marker = batches.find(
              (batch) => batch.attributes === 0x30 && batch.producerId === producerId && batch.firstOffset > firstOffset,
            )!
            return Number(firstOffset) <= last && marker.firstOffset >= answer[0]!.firstOffset
          })
          queue.add(committedBatches(answer, listed))
        }
        queue.take(most, ({ offset }) => seen.push(offset))
      }
      expect(seen).toEqual(committed.filter((offset) => offset >= from))
      expect(queue.position).toBe(Math.max(from, end))
    }),
  )
})

test('a transactional id is not used again before a checkpoint without its transaction is complete', () => {
  const commands = fc.array(fc.constantFrom('checkpoint', 'complete', 'commit'), { maxLength: 60 })
  fc.assert(
    fc.property(commands, (script) => {
      const ids = new TransactionalIds('p-')
      /** Prepared transactions that the sink has not seen committed; snapshots hold them. */
      let prepared: { transaction: string; id: string }[] = []
      const snapshots: { number: number; holds: string[]; transaction: string }[] = []
      let [number, lastComplete] = [0, [] as string[]]
      const ready: { transaction: string; id: string }[] = []
      for (const command of script) {
        if (command === 'checkpoint') {
          const id = ids.take()
          expect(lastComplete).not.toContain(id)
          expect(prepared.map((other) => other.id)).not.toContain(id)
          const transaction = `t${number}`
          ids.onPrepare(transaction)
          prepared.push({ transaction, id })
          snapshots.push({ number: number++, holds: prepared.map((other) => other.id), transaction })
        } else if (command === 'complete' && snapshots.length > 0) {
          const { holds, transaction } = snapshots.shift()!
          lastComplete = holds
          ready.push(prepared.find((other) => other.transaction === transaction)!)
        } else if (command === 'commit' && ready.length > 0) {
          const done = ready.shift()!
          ids.onComplete(done.transaction)
          ids.onCommitted(done.id)
          prepared = prepared.filter((other) => other !== done)
        }
      }
    }),
  )
})
