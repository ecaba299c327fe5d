/** Values of one record that are looked at; the others are taken to be like them. */
const VALUES_SEEN_MAX = 64
const NUMBER_BYTES = 8
const OBJECT_BYTES = 16

/** Bytes that a record roughly takes in memory. Quick rather than right: what nobody knows is what an object costs. */
export function approximateBytes(record: unknown): number {
  return sizeOf(record, { left: VALUES_SEEN_MAX })
}

function sizeOf(value: unknown, budget: { left: number }): number {
  if (typeof value === 'string') return NUMBER_BYTES + value.length
  if (typeof value !== 'object' || value === null) return NUMBER_BYTES
  if (ArrayBuffer.isView(value)) return OBJECT_BYTES + value.byteLength
  if (value instanceof ArrayBuffer) return OBJECT_BYTES + value.byteLength
  if (value instanceof Map || value instanceof Set) return OBJECT_BYTES + value.size * OBJECT_BYTES
  const values: readonly unknown[] = Array.isArray(value) ? value : Object.values(value)
  let bytes = OBJECT_BYTES
  let seen = 0
  for (; seen < values.length && budget.left > 0; seen++) {
    budget.left--
    bytes += sizeOf(values[seen], budget)
  }
  return seen === 0 ? bytes + values.length * NUMBER_BYTES : Math.ceil((bytes * values.length) / seen)
}
