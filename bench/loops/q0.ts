import { makeEvent } from '../workloads/events.ts'
import type { RowCheck } from '../workloads/row-hash.ts'
import { hashBidRow } from '../workloads/rows.ts'
import type { Span } from '../workloads/span.ts'

/** q0: every bid as it is. The sink also counts the characters of url and channel. */
export function naive({ first, count }: Span): RowCheck {
  let checksum = 0
  let rows = 0
  let characters = 0
  for (let n = first; n < first + count; n++) {
    const event = makeEvent(n)
    if (event.kind !== 'bid') continue
    checksum = (checksum + hashBidRow(event)) | 0
    characters += event.url.length + event.channel.length
    rows++
  }
  return { checksum: checksum >>> 0, rows, characters }
}
