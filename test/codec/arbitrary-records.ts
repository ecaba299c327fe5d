/** Records over the whole domain of values, for properties. */
import fc from 'fast-check'

const number = fc.oneof(fc.integer(), fc.double(), fc.constantFrom(-0, 0, NaN, Infinity, -Infinity, 2 ** 31, -(2 ** 31) - 1, 2 ** 53, 0.1))
/** Any UTF-16 units: lone surrogates too. */
const unitString = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 6 }).map((units) => String.fromCharCode(...units))
const string = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.constantFrom('', 'a', 'é', 'ÿ', '語', '😀', '\ud800', '\udc00x', 'x'.repeat(300), 'y'.repeat(3000), '\u0000'),
  unitString,
)
const date = fc.oneof(fc.date({ noInvalidDate: false }), fc.constantFrom(new Date(8.64e15), new Date(-1), new Date(NaN), new Date(1.5)))
const bigint = fc.oneof(fc.bigInt(), fc.constantFrom(2n ** 63n, -(2n ** 63n), 2n ** 63n - 1n, 0n, -(2n ** 64n)))
const primitive = fc.oneof(number, string, fc.boolean(), bigint, fc.constantFrom(null, undefined))
const binary = fc.oneof(
  fc.uint8Array({ maxLength: 9 }),
  fc.int32Array({ maxLength: 3 }),
  fc.float32Array({ maxLength: 3, noNaN: true }),
  fc.float64Array({ maxLength: 3 }),
  fc.bigInt64Array({ maxLength: 2 }),
  fc.uint8ClampedArray({ maxLength: 3 }),
  fc.uint8Array({ maxLength: 9 }).map((bytes) => bytes.buffer),
  fc.uint8Array({ maxLength: 9 }).map((bytes) => Buffer.from(bytes)),
  fc.uint8Array({ maxLength: 9 }).map((bytes) => new DataView(bytes.buffer)),
)

/** Names that have a meaning of their own in objects, in order of keys, or in msgpack readers. */
const oddName = fc.constantFrom(
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'toJSON',
  'length',
  '0',
  '1',
  '10',
  '-1',
  '',
  'é',
  '\ud800',
  'a b',
  '"',
  '\u2028',
)
const name = fc.oneof({ weight: 4, arbitrary: fc.constantFrom('a', 'b', 'c', 'd', 'id', 'ts') }, oddName, string)

/** A plain object with own fields, whatever their names. */
function objectOf(value: fc.Arbitrary<unknown>): fc.Arbitrary<object> {
  return fc.array(fc.tuple(name, value), { maxLength: 5 }).map((entries) => {
    const record = {}
    for (const [key, item] of entries)
      Object.defineProperty(record, key, { value: item, writable: true, enumerable: true, configurable: true })
    return record
  })
}

function withHole(items: unknown[], at: number): unknown[] {
  const holed: unknown[] = []
  items.forEach((item, i) => {
    if (i !== at) holed[i] = item
  })
  return holed
}

const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { weight: 6, arbitrary: primitive },
    date,
    binary,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.constantFrom(withHole([0, 1], 0), withHole([1, 0, undefined], 1), withHole([1, 2], 1)),
    objectOf(tie('value')),
    fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 3 }).map((entries) => new Map(entries)),
    fc.array(tie('value'), { maxLength: 3 }).map((items) => new Set(items)),
  ),
}))

export const anyValue: fc.Arbitrary<unknown> = value
export const anyRecord: fc.Arbitrary<object> = objectOf(value)
export const anyPrimitive: fc.Arbitrary<unknown> = primitive

/** Records of one list of fields, each field of one kind, some of them missing, null or undefined. */
export function uniformRecords(size: { minLength?: number; maxLength: number }): fc.Arbitrary<object[]> {
  const kind = fc.constantFrom<fc.Arbitrary<unknown>>(
    fc.integer(),
    number,
    string,
    fc.boolean(),
    date,
    bigint,
    fc.constantFrom('A', 'B', 'C'),
    value,
  )
  const field = fc.record({ name, kind, gaps: fc.constantFrom('none', 'null', 'undefined', 'absent', 'all') })
  return fc.uniqueArray(field, { maxLength: 6, selector: (f) => f.name }).chain((fields) => {
    const cells = fields.map((f) => fc.tuple(fc.constant(f.name), gapped(f.kind, f.gaps)))
    return fc.array(fc.tuple(...cells), size).map((rows) => rows.map((row) => fromCells(row)))
  })
}

const ABSENT = Symbol('absent')

function gapped(kind: fc.Arbitrary<unknown>, gaps: string): fc.Arbitrary<unknown> {
  if (gaps === 'none') return kind
  const gap = gaps === 'null' ? [null] : gaps === 'undefined' ? [undefined] : gaps === 'absent' ? [ABSENT] : [null, undefined, ABSENT]
  return fc.oneof({ weight: 3, arbitrary: kind }, fc.constantFrom(...gap))
}

function fromCells(cells: readonly (readonly [string, unknown])[]): object {
  const record = {}
  for (const [key, item] of cells) {
    if (item !== ABSENT) Object.defineProperty(record, key, { value: item, writable: true, enumerable: true, configurable: true })
  }
  return record
}
