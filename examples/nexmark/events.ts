import type { Sources, Stream } from 'millrace'
import { z } from 'zod'
import { BASE_MS, makeEvent } from '../../bench/workloads/events.ts'
import type { AuctionEvent } from '../../bench/workloads/events.ts'
import { draw, fieldSeed, recordSeed } from '../../bench/workloads/hash.ts'

export type { Auction, AuctionEvent, Bid, Person } from '../../bench/workloads/events.ts'

/** Configuration of every query: which events there are, and how they come. */
export const nexmarkConfig = z.object({
  count: z.coerce.number().int().min(0).default(100_000),
  /** Of event time. */
  eventsPerSecond: z.coerce.number().positive().default(10_000),
  /** Event time of the first event, in ms since 1970. */
  startMs: z.coerce.number().int().default(BASE_MS),
  /** Events are shuffled: each may come after others that are so much younger. 0: in order. */
  disorderMs: z.coerce.number().int().min(0).default(0),
  /** Of the shuffle. */
  seed: z.coerce.number().int().min(0).default(1),
  /** Of queries whose rows change: 'changes' tells the newest rows now and then, 'final' each once, at the end. */
  emit: z.enum(['changes', 'final']).default('changes'),
})

export type NexmarkConfig = z.infer<typeof nexmarkConfig>

/** Persons, auctions and bids of an auction house, with event time. */
export function auctionEvents(source: Sources, config: NexmarkConfig): Stream<AuctionEvent> {
  const order = config.disorderMs === 0 ? null : shuffled(config)
  return source.generate('events', {
    count: config.count,
    make: order === null ? (n) => eventAt(n, config) : (n) => eventAt(order[n]!, config),
    eventTime: (event) => event.ts,
    // Several events have the same ms: the watermark comes to the end of a session only when all of that ms are there, one of them may go on with it.
    disorderMs: Math.max(1, config.disorderMs),
  })
}

/** Event `n` in the order of event time. Auctions stay open for as long, however many events there are in a second. */
export function eventAt(n: number, { eventsPerSecond, startMs }: Pick<NexmarkConfig, 'eventsPerSecond' | 'startMs'>): AuctionEvent {
  const event = makeEvent(n)
  const ts = startMs + Math.floor((n * 1000) / eventsPerSecond)
  if (ts === event.ts) return event
  return event.kind === 'auction' ? { ...event, ts, expires: ts + event.expires - event.ts } : { ...event, ts }
}

const DRAW_DELAY = fieldSeed(90)

/** The numbers of the events in the order in which they come: by event time and a delay of up to `disorderMs`. */
function shuffled({ count, eventsPerSecond, disorderMs, seed }: NexmarkConfig): Uint32Array {
  const shift = fieldSeed(seed)
  const comesAt = Float64Array.from(
    { length: count },
    (_, n) => Math.floor((n * 1000) / eventsPerSecond) + (draw(draw(recordSeed(n) + DRAW_DELAY) + shift) % (disorderMs + 1)),
  )
  return Uint32Array.from({ length: count }, (_, n) => n).sort((a, b) => comesAt[a]! - comesAt[b]! || a - b)
}
