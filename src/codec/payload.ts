/**
 * The layout of a frame's payload: exactly one msgpack value, decodable alone (version 1).
 *
 * ```text
 * payload     = [ version, shapes, rows, timestamps, selector, column, column, ... ]
 * version     = 1
 * shapes      = [ shape, ... ]                         at most 256, only those that have rows in this batch
 * shape       = [ name, code, name, code, ... ]        records that are plain objects: one column per field, in key order
 *             | [ nil, code ]                          records that are anything else: one column, the record itself
 * name        = str | bin                              bin: UTF-16LE, for a name with a lone surrogate
 * code        = kind | 16 (null and undefined occur) | 32 (the field may be absent)
 * rows        = number of records
 * timestamps  = nil | array<float64>                   one per record, NaN = none
 * selector    = nil | bin                              one byte per record: index of its shape; nil = all have shape 0
 * column      = [ marks, ...data ]                     all columns of shape 0, then of shape 1, ...; a row per record of its shape
 * marks       = nil | bin                              2 bits per row, low bits first: 0 value, 1 absent, 2 null, 3 undefined
 *
 * kind 0 none     data = (nothing: every row is marked)
 * kind 1 boolean  data = bin                           1 bit per row, low bits first
 * kind 2 int32    data = array<int32>
 * kind 3 float64  data = array<float64>
 * kind 4 string   data = codes, lengths, unit, blob
 * kind 5 date     data = array<float64>                milliseconds since 1970, NaN = invalid date
 * kind 6 bigint   data = array<int64>
 * kind 7 any      data = tagged, size, [ value, ... ]  size = bytes of the array; see value-tags.ts for tagged = true
 *
 * codes       = nil | array<uint8 | uint16 | uint32>   a dictionary: row -> entry; nil: entry = row
 * lengths     = array<uint8 | uint16 | uint32>         UTF-16 units of every entry
 * unit        = 1 (blob is Latin-1) | 2 (blob is UTF-16LE)
 * blob        = bin                                    all entries, one after the other
 * array<type> = ext 0x41 'A': type code, pad, `pad` zero bytes, little-endian elements
 * ```
 *
 * `pad` (0-7) makes the elements start at a multiple of 8 from the first byte of the payload, so that a payload that lies on an
 * 8-byte boundary is read through typed-array views without a copy; elsewhere each column that is used is copied once.
 * Rows that a mark takes hold 0, '' or nil in their column. Shapes without fields force a selector, so that every record of a
 * payload is backed by at least one bit of it, and a damaged row count cannot ask for memory without bound.
 * Latin-1 and UTF-16 keep lone surrogates, which UTF-8 cannot.
 */
export const PAYLOAD_VERSION = 1

/** Elements of the outer array before the columns. */
export const PAYLOAD_HEADER_ELEMENTS = 5

/** msgpack extension type of a typed array. */
export const ARRAY_EXTENSION = 0x41

/** Type codes inside {@link ARRAY_EXTENSION}; the numbers are those of msgpackr's typed arrays. */
export const ARRAY_TYPE = { uint8: 1, uint16: 4, int32: 5, uint32: 6, float64: 8, int64: 9 } as const
export type ArrayType = (typeof ARRAY_TYPE)[keyof typeof ARRAY_TYPE]

/** Bytes per element by type code; 0 = not a type of this layout. */
export const ARRAY_TYPE_BYTES: readonly number[] = [0, 1, 0, 0, 2, 4, 4, 0, 8, 8]

/** State of one row in a column with marks. */
export const MARK = { value: 0, absent: 1, null: 2, undefined: 3 } as const

export const CODE_NULLABLE = 16
export const CODE_ABSENTABLE = 32
export const CODE_KIND_MASK = 15
