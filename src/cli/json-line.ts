/** One value as one line of JSON. What JSON does not know becomes what comes nearest: bigint a string, Map its entries, Set and typed arrays arrays. */
export function jsonLine(value: unknown): string {
  return `${JSON.stringify(value, plain) ?? 'null'}\n`
}

/** The same over several lines, for people. */
export function jsonBlock(value: unknown): string {
  return `${JSON.stringify(value, plain, 2) ?? 'null'}\n`
}

function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (value instanceof Map || value instanceof Set) return [...(value as Iterable<unknown>)]
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return Array.from(value as unknown as ArrayLike<number | bigint>)
  return value
}
