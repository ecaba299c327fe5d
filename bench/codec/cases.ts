import { Packr } from 'msgpackr'
import { BatchDecoder, BatchEncoder } from '../../src/codec/index.ts'
import { makeBid, makeEvent } from '../workloads/events.ts'
import { makeKeyed } from '../workloads/keyed.ts'

export interface CodecCase {
  readonly name: string
  /** Records that one call handles. */
  readonly records: number
  readonly ours: () => void
  readonly theirs: () => void
  /** The ratio that the case has to reach. */
  readonly ratioMin?: number
  readonly oursBytes: number
  readonly theirsBytes: number
}

const BATCH = 1024
/** Few: a frame that was just received lies in a cache. */
const BATCHES = 4

/** What the measured functions produced last: read by nobody, so that nothing is optimised away. */
export const product: { value: unknown } = { value: undefined }

function batchesOf(make: (n: number) => unknown): unknown[][] {
  return Array.from({ length: BATCHES }, (_, b) => Array.from({ length: BATCH }, (_, i) => make(b * BATCH + i)))
}

/** One record in a thousand has a field more, or a field of another type. */
function makeOdd(n: number): unknown {
  const bid = makeBid(bidNumber(n))
  if (n % 2000 === 999) return { ...bid, note: 'odd' }
  return n % 2000 === 1999 ? { ...bid, price: String(bid.price) } : bid
}

/** The n-th event that is a bid. */
function bidNumber(n: number): number {
  return Math.floor(n / 46) * 50 + 4 + (n % 46)
}

function pair(name: string, make: (n: number) => unknown, ratioMin?: number): CodecCase[] {
  const batches = batchesOf(make)
  const encoder = new BatchEncoder({ name: `bench/${name}` })
  const decoder = new BatchDecoder({ name: `bench/${name}` })
  const packr = new Packr({ useRecords: true, structures: [] })
  const frames = batches.map((batch) => Uint8Array.from(encoder.encode(batch, 0, BATCH, null)))
  const packed = batches.map((batch) => Uint8Array.from(packr.pack(batch)))
  const sizes = { oursBytes: mean(frames) / BATCH, theirsBytes: mean(packed) / BATCH, records: BATCH, ...(ratioMin && { ratioMin }) }
  return [
    {
      name: `${name} encode`,
      ...sizes,
      ours: inTurns(batches, (batch) => encoder.encode(batch, 0, BATCH, null)),
      theirs: inTurns(batches, (batch) => packr.pack(batch)),
    },
    {
      name: `${name} decode`,
      ...sizes,
      ours: inTurns(frames, (frame) => decoder.decode(frame).records()),
      theirs: inTurns(packed, (bytes) => packr.unpack(bytes) as unknown),
    },
  ]
}

/** A keyed sum, decoding included: over columns against over msgpackr's objects. */
function keyedSum(): CodecCase {
  const batches = batchesOf(makeKeyed)
  const encoder = new BatchEncoder({ name: 'bench/sum' })
  const decoder = new BatchDecoder({ name: 'bench/sum' })
  const packr = new Packr({ useRecords: true, structures: [] })
  const frames = batches.map((batch) => Uint8Array.from(encoder.encode(batch, 0, BATCH, null)))
  const packed = batches.map((batch) => Uint8Array.from(packr.pack(batch)))
  const ourSums = new Float64Array(10_000)
  const theirSums = new Float64Array(10_000)
  return {
    name: 'keyed sum',
    records: BATCH,
    ratioMin: 5,
    oursBytes: mean(frames) / BATCH,
    theirsBytes: mean(packed) / BATCH,
    ours: inTurns(frames, (frame) => {
      const batch = decoder.decode(frame)
      const keys = batch.numbers('key')!
      const values = batch.numbers('value')!
      for (let i = 0; i < keys.length; i++) ourSums[keys[i]!]! += values[i]!
      return ourSums
    }),
    theirs: inTurns(packed, (bytes) => {
      for (const record of packr.unpack(bytes) as { key: number; value: number }[]) theirSums[record.key]! += record.value
      return theirSums
    }),
  }
}

function inTurns<T>(items: readonly T[], use: (item: T) => unknown): () => void {
  let next = 0
  return () => {
    product.value = use(items[next]!)
    next = (next + 1) % items.length
  }
}

function mean(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0) / parts.length
}

export function codecCases(): CodecCase[] {
  return [
    ...pair('bid', (n) => makeBid(bidNumber(n)), 4),
    ...pair('person/auction/bid', makeEvent, 3),
    ...pair('bid, 0.1 % odd', makeOdd, 3),
    ...pair('key/value/ts', makeKeyed),
    ...pair('nested', makeNested),
    keyedSum(),
  ]
}

function makeNested(n: number): unknown {
  const bid = makeBid(bidNumber(n))
  return { id: n, bid: { auction: bid.auction, price: bid.price }, tags: [bid.channel, bid.kind], at: bid.ts }
}
