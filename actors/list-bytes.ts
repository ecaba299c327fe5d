import { heapBytes } from '../src/actor/cached-kit.ts'
import type { TimeList } from '../src/actor/queue-kit.ts'

/** Bytes of memory that a list roughly takes: its last record is looked at. */
export function bytesOfList(list: TimeList<unknown>): number {
  return list.size === 0 ? 0 : list.size * heapBytes([0, list.recordAt(list.size - 1)])
}
