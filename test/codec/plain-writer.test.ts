import fc from 'fast-check'
import { expect, test } from 'vitest'
import { PlainWriter } from '../../src/codec/plain-writer.ts'
import { inspectValue } from '../../src/codec/plain-value.ts'
import { ValueReader } from '../../src/codec/value-reader.ts'
import { VALUE_DEPTH_MAX } from '../../src/limits.ts'
import { anyValue } from './arbitrary-records.ts'
import { expectSame } from './expect-same.ts'

const writer = new PlainWriter()

const isPlain = (value: unknown): boolean => {
  try {
    return inspectValue(value, '', {})
  } catch {
    return false
  }
}

/** As deep as `depth` says: 0 for a number. */
const nested = (depth: number): unknown => (depth === 0 ? 7 : [nested(depth - 1)])

test('what it writes is what msgpack keeps, and is read as it was', () => {
  fc.assert(
    fc.property(fc.array(anyValue, { maxLength: 4 }), (values) => {
      const bytes = writer.write(values)
      if (bytes === null) return
      expect(values.every(isPlain)).toBe(true)
      expectSame(new ValueReader().read(Buffer.from(bytes), 0, bytes.length), values)
    }),
  )
})

test('JSON is written, whatever texts and numbers are in it', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 40 })
  const leaf = fc.oneof(fc.integer(), fc.double({ noNaN: true }), text, fc.boolean(), fc.constant(null))
  const { json } = fc.letrec<{ json: unknown }>((tie) => ({
    json: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      leaf,
      fc.array(tie('json'), { maxLength: 20 }),
      fc.dictionary(text, tie('json'), { maxKeys: 5, noNullPrototype: true }),
    ),
  }))
  fc.assert(
    fc.property(fc.array(json, { maxLength: 20 }), (values) => {
      fc.pre(values.every(isPlain))
      const bytes = writer.write(values)!
      expectSame(new ValueReader().read(Buffer.from(bytes), 0, bytes.length), values)
    }),
  )
})

test.each([
  ['undefined', undefined],
  ['-0', -0],
  ['a lone surrogate', 'x\ud800'],
  ['a name with one', { '\udc00': 1 }],
  ['a name that sets the prototype', JSON.parse('{"__proto__": 1}')],
  ['a symbol as a name', { [Symbol('s')]: 1 }],
  ['a hole', new Array<number>(2)],
  ['a bigint', 1n],
  ['a function', () => 1],
  ['a Map', new Map()],
  ['a Date', new Date(0)],
  ['bytes', new Uint8Array(1)],
  ['an instance of a class', new (class A {})()],
  ['nested deeper than values may be', nested(VALUE_DEPTH_MAX + 1)],
])('%s is left to whoever can write it', (_, value) => {
  expect(writer.write([1, [value]])).toBe(null)
  expect(writer.write([1])).toEqual(Uint8Array.of(0x91, 1))
})

test('a list that contains itself is left as well', () => {
  const list: unknown[] = []
  list.push(1, list)
  expect(writer.write(list)).toBe(null)
})
