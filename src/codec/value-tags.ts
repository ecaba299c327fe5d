/**
 * The tagged form of values that plain msgpack would change. A column of kind `any` has it for all of its values or for none. Every
 * composite and every special value is an array that starts with one of these numbers; nil, booleans, well-formed strings and
 * numbers other than -0 stand for themselves.
 *
 * What msgpackr 2.1 changes in plain form: `__proto__` keys are renamed, -0 becomes 0, lone surrogates become U+FFFD, a Map arrives
 * as an object, holes and dates beyond the timestamp range differ. Its record structures and extensions are no way out: the first
 * are not plain msgpack, the second are registered for the whole module. Its unpacking is not used at all: see value-reader.ts.
 */
export const VALUE_TAG = {
  /** [1, ...items] */
  array: 1,
  /** [2, key, value, key, value, ...] keys are tagged strings */
  object: 2,
  /** [3, key, value, key, value, ...] */
  map: 3,
  /** [4, ...items] */
  set: 4,
  /** [5, milliseconds since 1970, NaN = invalid] */
  date: 5,
  /** [6, decimal digits as str] */
  bigint: 6,
  /** [7] */
  undefined: 7,
  /** [8] */
  negativeZero: 8,
  /** [9, bin of UTF-16LE] a string with a lone surrogate */
  utf16: 9,
  /** [10, code out of BYTES_CODE, bin in little-endian order] */
  bytes: 10,
  /** [11] a hole in an array */
  hole: 11,
} as const

type BytesClass = { new (buffer: ArrayBuffer): ArrayBufferView; readonly prototype: ArrayBufferView }

/** Codes of binary values: ArrayBuffer and Buffer, and by class the typed arrays (numbered as in msgpackr) and DataView. */
export const BYTES_ARRAY_BUFFER = 16
export const BYTES_BUFFER = 18
export const BYTES_CLASSES: readonly (readonly [number, BytesClass])[] = [
  [0, Int8Array],
  [1, Uint8Array],
  [2, Uint8ClampedArray],
  [3, Int16Array],
  [4, Uint16Array],
  [5, Int32Array],
  [6, Uint32Array],
  [7, Float32Array],
  [8, Float64Array],
  [9, BigInt64Array],
  [10, BigUint64Array],
  ...float16(),
  [17, DataView],
]

/** Node.js 24 and newer. */
function float16(): [number, BytesClass][] {
  const found = (globalThis as { Float16Array?: BytesClass }).Float16Array
  return found === undefined ? [] : [[11, found]]
}

/** Code of a binary value, or -1. Instances of subclasses other than Buffer have none. */
export function bytesCodeOf(value: object): number {
  if (value instanceof ArrayBuffer) return Object.getPrototypeOf(value) === ArrayBuffer.prototype ? BYTES_ARRAY_BUFFER : -1
  if (!ArrayBuffer.isView(value)) return -1
  const prototype = Object.getPrototypeOf(value) as object
  if (prototype === Buffer.prototype) return BYTES_BUFFER
  for (const [code, bytesClass] of BYTES_CLASSES) if (bytesClass.prototype === prototype) return code
  return -1
}
