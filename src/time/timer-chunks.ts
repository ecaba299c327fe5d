import { MillraceError } from '../errors.ts'
import { forEachGroup, slotsOfChunk } from '../state/key-groups.ts'
import { KeyedChunkWriter, decodeKeyedChunk } from '../state/keyed-chunk.ts'
import type { KeyTable } from '../state/key-table.ts'
import type { Timers } from './timers.ts'

const SIGNATURE = 'timers@1'

/** The timers of each key group as a chunk: for each key its times, and after each its place in the order in which timers were set. */
export function saveTimers(timers: Timers, keys: KeyTable, groups: number): Map<number, Uint8Array> {
  const byKey = new Map<number, number[]>()
  timers.forEach((slot, time, order) => {
    const known = byKey.get(slot)
    if (known === undefined) byKey.set(slot, [time, order])
    else known.push(time, order)
  })
  const chunks = new Map<number, Uint8Array>()
  const writer = new KeyedChunkWriter('timers', SIGNATURE)
  forEachGroup(keys, Int32Array.from(byKey.keys()), groups, (group, slots) => {
    chunks.set(
      group,
      writer.write({ groups, group }, keys, slots, (slot) => byKey.get(slot)),
    )
  })
  return chunks
}

/** Sets the timers of a chunk. @throws MillraceError MR_STATE_CORRUPT, MR_STATE_INCOMPATIBLE */
export function loadTimers(timers: Timers, keys: KeyTable, bytes: Uint8Array): void {
  const { chunk, values } = decodeKeyedChunk(bytes)
  if (chunk.signature !== SIGNATURE)
    throw new MillraceError('MR_STATE_INCOMPATIBLE', `a chunk of timers cannot be restored: it is ${chunk.signature}, not ${SIGNATURE}`)
  slotsOfChunk(keys, chunk).forEach((slot, row) => {
    const pairs = values[row] as readonly number[]
    for (let i = 0; i < pairs.length; i += 2) timers.restore(slot, pairs[i]!, pairs[i + 1]!)
  })
}
