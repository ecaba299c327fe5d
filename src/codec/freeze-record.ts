/**
 * Freezes plain data deeply and returns it: plain objects, arrays, and what Map and Set hold. Typed arrays, buffers, Date, Map and Set
 * themselves cannot be frozen and stay as they are.
 */
export function freezeRecord<T>(record: T): T {
  if (typeof record === 'object' && record !== null) freeze(record)
  return record
}

function freeze(value: object): void {
  if (ArrayBuffer.isView(value) || Object.isFrozen(value)) return
  if (value instanceof Map) {
    for (const [key, item] of value) {
      freezeRecord(key)
      freezeRecord(item)
    }
    return
  }
  if (value instanceof Set) {
    for (const item of value) freezeRecord(item)
    return
  }
  Object.freeze(value)
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) freezeRecord(value[i])
    return
  }
  for (const key of Object.keys(value)) freezeRecord((value as Record<string, unknown>)[key])
}
