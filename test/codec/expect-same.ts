import { expect } from 'vitest'

/** Equal to the last bit: kinds of values, -0, NaN, holes, lone surrogates, own keys and their order. */
export function expectSame(actual: unknown, expected: unknown): void {
  const wanted = canonical(expected)
  const got = canonical(actual)
  if (got !== wanted) expect(got).toBe(wanted)
}

/** A text that two values share only if they are the same in every respect that a round trip has to keep. */
export function canonical(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value)
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value)
    case 'bigint':
      return `${value}n`
    case 'object':
      return value === null ? 'null' : canonicalObject(value)
    default:
      return String(value)
  }
}

function canonicalObject(value: object): string {
  const prototype = Object.getPrototypeOf(value) as object
  const name = prototype === Object.prototype ? 'Object' : prototype.constructor.name
  if (Array.isArray(value)) return `[${Array.from(value, (item, i) => (i in value ? canonical(item) : 'hole')).join(', ')}]`
  if (value instanceof Date) return `Date(${value.getTime()})`
  if (value instanceof Map) return `Map{${[...value].map(([key, item]) => `${canonical(key)} => ${canonical(item)}`).join(', ')}}`
  if (value instanceof Set) return `Set{${[...value].map(canonical).join(', ')}}`
  if (value instanceof ArrayBuffer) return `ArrayBuffer(${Buffer.from(value).toString('hex')})`
  if (ArrayBuffer.isView(value)) return `${name}(${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')})`
  const fields = Object.keys(value).map((key) => `${JSON.stringify(key)}: ${canonical((value as Record<string, unknown>)[key])}`)
  return `${name === 'Object' ? '' : name}{${fields.join(', ')}}`
}
