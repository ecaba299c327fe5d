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

/** Splits by hand, and looks every word up once: the Map holds the word's place in an array of counts. */
export function best({ first, count }: Span): RowCheck {
  const places = new Map<string, number>()
  let counts = new Int32Array(1024)
  for (let n = first; n < first + count; n++) {
    const line = makeLine(n)
    let start = 0
    while (start <= line.length) {
      const blank = line.indexOf(' ', start)
      const end = blank < 0 ? line.length : blank
      const word = line.slice(start, end)
      start = end + 1
      let place = places.get(word)
      if (place === undefined) {
        place = places.size
        places.set(word, place)
        if (place === counts.length) counts = grown(counts)
      }
      counts[place]!++
    }
  }
  let checksum = 0
  for (const [word, place] of places) checksum = (checksum + hashWordRow({ word, count: counts[place]! })) | 0
  return { checksum: checksum >>> 0, rows: places.size }
}

function grown(counts: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(counts.length * 2)
  larger.set(counts)
  return larger
}
