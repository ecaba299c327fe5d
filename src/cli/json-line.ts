// JSON itself escapes C0 only.
const STEERING = /[\x7f-\x9f]/g

/** One value as one line of JSON. What JSON does not know becomes what comes nearest: bigint a string, Map its entries, Set and typed arrays arrays. Nothing in it steers a terminal. */
export function jsonLine(value: unknown): string {
  return `${jsonText(value)}\n`
}

/** The same over several lines, for people. */
export function jsonBlock(value: unknown): string {
  return `${jsonText(value, 2)}\n`
}

/** The same value in JSON without what JSON leaves as it is and terminals obey. */
export function printableJson(json: string): string {
  return json.replaceAll(STEERING, (character) => `\\u00${character.charCodeAt(0).toString(16)}`)
}

function jsonText(value: unknown, indent?: number): string {
  return printableJson(JSON.stringify(value, plain, indent) ?? 'null')
}

function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (value instanceof Map || value instanceof Set) return [...(value as Iterable<unknown>)]
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return Array.from(value as unknown as ArrayLike<number | bigint>)
  return value
}
