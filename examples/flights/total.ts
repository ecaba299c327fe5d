import type { FlightEvent } from './events.ts'

/** All events in three sums, by which two computations over the same flights are compared. */
export interface Total {
  readonly events: number
  /** Of departures and arrivals, early ones negative. */
  readonly delayMinutes: number
  /** Sum of {@link checkOf}: says whether the same events were counted, whatever their order. */
  readonly checksum: number
}

export const NOTHING: Total = { events: 0, delayMinutes: 0, checksum: 0 }

/** What one event adds. */
export function totalOf(event: FlightEvent): Total {
  return { events: 1, delayMinutes: delayOf(event), checksum: checkOf(event) }
}

export function addTotals(a: Total, b: Total): Total {
  return { events: a.events + b.events, delayMinutes: a.delayMinutes + b.delayMinutes, checksum: a.checksum + b.checksum }
}

export function sameTotal(a: Total, b: Total): boolean {
  return a.events === b.events && a.delayMinutes === b.delayMinutes && a.checksum === b.checksum
}

const delayOf = (event: FlightEvent): number => ('delayMinutes' in event ? event.delayMinutes : 0)

/** 32 bits out of everything that the event says. Sums of them stay exact up to two million events (2^53 / 2^32). */
export function checkOf(event: FlightEvent): number {
  let hash = 0x811c9dc5
  hash = mix(hash, event.at % 0x1_0000_0000)
  hash = mix(hash, Math.floor(event.at / 0x1_0000_0000))
  hash = mix(hash, event.flight)
  hash = mix(hash, delayOf(event))
  hash = mix(hash, 'airMinutes' in event ? event.airMinutes : -1)
  for (const text of [event.kind, event.carrier, event.origin, event.dest]) {
    for (let i = 0; i < text.length; i++) hash = mix(hash, text.charCodeAt(i))
  }
  return (hash ^ (hash >>> 15)) >>> 0
}

const mix = (hash: number, value: number): number => {
  const product = Math.imul(hash ^ value, 0x9e3779b1)
  return product ^ (product >>> 13)
}
