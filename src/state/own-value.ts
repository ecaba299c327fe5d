import { assertSerializable } from '../codec/plain-value.ts'
import { isPlainDate } from '../codec/kind.ts'
import { ownString } from '../codec/own-string.ts'
import { bytesCodeOf } from '../codec/value-tags.ts'
import { VALUE_DEPTH_MAX } from '../limits.ts'

/**
 * A deep copy of plain data that shares nothing with what it was copied from, not even text: what is kept in state can neither be changed from outside nor
 * keep a batch alive.
 *
 * @param freezes freezes the copy too, so that whoever reads it cannot change state
 * @throws MillraceError MR_RECORD_NOT_SERIALIZABLE, with the path, for what is not plain data
 */
export function ownValue<V>(value: V, freezes: boolean): V {
  switch (typeof value) {
    case 'string':
      return ownString(value) as V
    case 'object':
      if (value === null) return value
      try {
        return ownObject(value, freezes, 0) as V
      } catch (error) {
        // It says what is wrong and where, or that the trouble was another one.
        assertSerializable(value)
        throw error
      }
    case 'function':
    case 'symbol':
      assertSerializable(value)
      return value
    default:
      return value
  }
}

/** Says that {@link assertSerializable} has something to say. */
class NotPlain extends Error {}

function ownPart(value: unknown, freezes: boolean, depth: number): unknown {
  if (typeof value === 'string') return ownString(value)
  if (typeof value === 'object' && value !== null) return ownObject(value, freezes, depth)
  if (typeof value === 'function' || typeof value === 'symbol') throw new NotPlain()
  return value
}

function ownObject(value: object, freezes: boolean, depth: number): object {
  if (depth >= VALUE_DEPTH_MAX) throw new NotPlain()
  const prototype = Object.getPrototypeOf(value) as object | null
  if (prototype === Object.prototype || prototype === null) return ownFields(value, freezes, depth)
  if (Array.isArray(value) && prototype === Array.prototype) return ownItems(value, freezes, depth)
  if (value instanceof Map && prototype === Map.prototype) {
    return new Map(Array.from(value, ([key, item]) => [ownPart(key, freezes, depth + 1), ownPart(item, freezes, depth + 1)] as const))
  }
  if (value instanceof Set && prototype === Set.prototype) return new Set(Array.from(value, (item) => ownPart(item, freezes, depth + 1)))
  if (isPlainDate(value)) return new Date(value)
  if (bytesCodeOf(value) >= 0) return ownBytes(value as ArrayBuffer | ArrayBufferView)
  assertSerializable(value)
  // Out of another realm.
  return Array.isArray(value) ? ownItems(value, freezes, depth) : ownFields(value, freezes, depth)
}

function ownBytes(value: ArrayBuffer | ArrayBufferView): object {
  if (value instanceof ArrayBuffer) return value.slice(0)
  if (Buffer.isBuffer(value)) return Buffer.from(value)
  if (value instanceof DataView) return new DataView(value.buffer.slice(value.byteOffset, value.byteOffset + value.byteLength))
  return (value as Uint8Array).slice()
}

function ownFields(value: object, freezes: boolean, depth: number): object {
  const copy = { ...value } as Record<string, unknown>
  for (const key in copy) {
    const part = copy[key]
    if (typeof part === 'number' || typeof part === 'boolean') continue
    const own = ownPart(part, freezes, depth + 1)
    if (own !== part) copy[key] = own
  }
  if (Object.getOwnPropertySymbols(copy).length > 0) throw new NotPlain()
  return freezes ? Object.freeze(copy) : copy
}

function ownItems(value: readonly unknown[], freezes: boolean, depth: number): object {
  const copy = value.slice()
  for (let i = 0; i < copy.length; i++) {
    const own = ownPart(copy[i], freezes, depth + 1)
    if (own !== copy[i]) copy[i] = own
  }
  return freezes ? Object.freeze(copy) : copy
}
