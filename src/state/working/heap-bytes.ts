/** Parts of one value that are looked at; the others are taken to be like them. */
const PARTS_SEEN_MAX = 32
const WORD_BYTES = 8
const OBJECT_BYTES = 32
const TEXT_BYTES = 24
const ENTRY_BYTES = 48

/** Bytes that a value kept in state roughly takes of the heap. Of what is large a part is looked at. */
export function heapBytes(value: unknown): number {
  if (typeof value === 'number') return 2 * WORD_BYTES
  return sizeOf(value, { left: PARTS_SEEN_MAX })
}

function sizeOf(value: unknown, budget: { left: number }): number {
  if (typeof value === 'string') return TEXT_BYTES + value.length
  if (typeof value !== 'object' || value === null) return 2 * WORD_BYTES
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return 4 * OBJECT_BYTES + value.byteLength
  if (value instanceof Map) return OBJECT_BYTES + sizeOfParts(value.entries(), value.size, ENTRY_BYTES, budget)
  if (value instanceof Set) return OBJECT_BYTES + sizeOfParts(value.values(), value.size, ENTRY_BYTES, budget)
  if (Array.isArray(value)) return OBJECT_BYTES + sizeOfParts(value, value.length, WORD_BYTES, budget)
  const parts = Object.values(value)
  return OBJECT_BYTES + sizeOfParts(parts, parts.length, WORD_BYTES, budget)
}

function sizeOfParts(parts: Iterable<unknown>, count: number, eachBytes: number, budget: { left: number }): number {
  let seen = 0
  let bytes = 0
  for (const part of parts) {
    if (budget.left <= 0) break
    budget.left--
    seen++
    bytes += sizeOf(part, budget)
  }
  return count * eachBytes + (seen === 0 ? count * WORD_BYTES : Math.ceil((bytes * count) / seen))
}
