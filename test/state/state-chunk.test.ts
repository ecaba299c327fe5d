import { decode } from '@msgpack/msgpack'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalKey } from '../../src/core/key.ts'
import { keyGroupOf } from '../../src/core/key-hash.ts'
import type { Key } from '../../src/core/key-hash.ts'
import { MillraceError } from '../../src/errors.ts'
import { AccumulatorTable } from '../../src/state/accumulator-table.ts'
import type { AggregateSpecs } from '../../src/state/aggregates.ts'
import { ValueTable } from '../../src/state/value-table.ts'
import { anyValue } from '../codec/arbitrary-records.ts'
import { expectSame } from '../codec/expect-same.ts'
import { anyKey } from './keys.ts'

const GROUPS = 7
const codeOf = (fn: () => unknown): string => {
  try {
    fn()
    return 'none'
  } catch (error) {
    return error instanceof MillraceError ? error.code : String(error)
  }
}

const sumTable = (specs: AggregateSpecs = { n: { kind: 'count' }, x: { kind: 'sum', field: 'x' } }) =>
  new AccumulatorTable<{ key: Key; x: number }>({ name: 'chunk', specs, key: { field: 'key' } })

const oneChunk = (): Uint8Array => {
  const table = sumTable()
  table.addRecords([1, 'a', 'é', 2 ** 40, 5n, ['t', 1]].map((key, x) => ({ key: key as Key, x })))
  return table.snapshot(1).get(0) as Uint8Array
}

describe('chunks', () => {
  test('are one msgpack value that an independent decoder reads up to its body', () => {
    const [magic, version, checksum, body] = decode(oneChunk()) as [string, number, number, Uint8Array]
    expect([magic, version, typeof checksum, body.length > 50]).toEqual(['millrace-state', 1, 'number', true])
  })

  test('with any bit changed, cut short or made longer are refused as damaged', () => {
    const chunk = oneChunk()
    fc.assert(
      fc.property(fc.nat(chunk.length * 8 - 1), (bit) => {
        const bytes = chunk.slice()
        bytes[bit >> 3] ^= 1 << (bit & 7)
        const code = codeOf(() => sumTable().restore(bytes))
        // The version byte alone stands outside of the checksum.
        return code === (bit >> 3 === 16 ? 'MR_STATE_INCOMPATIBLE' : 'MR_STATE_CORRUPT')
      }),
    )
    for (let length = 0; length < chunk.length; length++)
      expect(codeOf(() => sumTable().restore(chunk.slice(0, length)))).toBe('MR_STATE_CORRUPT')
    expect(codeOf(() => sumTable().restore(Uint8Array.from([...chunk, 0])))).toBe('MR_STATE_CORRUPT')
  })

  test('arbitrary bytes are refused as damaged', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => codeOf(() => sumTable().restore(bytes)) === 'MR_STATE_CORRUPT'))
  })

  test.each<[string, AggregateSpecs]>([
    ['another kind', { n: { kind: 'count' }, x: { kind: 'max', field: 'x' } }],
    ['another field', { n: { kind: 'count' }, x: { kind: 'sum', field: 'y' } }],
    ['another name', { count: { kind: 'count' }, x: { kind: 'sum', field: 'x' } }],
    ['one more', { n: { kind: 'count' }, x: { kind: 'sum', field: 'x' }, y: { kind: 'sum', field: 'x' } }],
  ])('of aggregates that differ by %s are refused as incompatible', (_, specs) => {
    const chunk = oneChunk()
    expect(codeOf(() => sumTable(specs).restore(chunk))).toBe('MR_STATE_INCOMPATIBLE')
    expect(codeOf(() => new ValueTable().restore(chunk))).toBe('MR_STATE_INCOMPATIBLE')
  })

  test('of the same aggregates in another order are restored', () => {
    const table = sumTable({ x: { kind: 'sum', field: 'x' }, n: { kind: 'count' } })
    table.restore(oneChunk())
    expect(table.size).toBe(6)
    expect(table.resultAt(table.keys.slotOf('é'))).toEqual({ key: 'é', x: 2, n: 1 })
  })

  test('are read from bytes at any alignment', () => {
    const chunk = oneChunk()
    for (let shift = 0; shift < 8; shift++) {
      const bytes = new Uint8Array(chunk.length + shift).subarray(shift)
      bytes.set(chunk)
      const table = sumTable()
      table.restore(bytes)
      expect(table.size).toBe(6)
    }
  })

  test('hold each key in the group that it hashes to', () => {
    fc.assert(
      fc.property(fc.array(anyKey), (keys) => {
        const table = sumTable()
        table.addRecords(keys.map((key) => ({ key, x: 1 })))
        const found: string[] = []
        for (const [group, bytes] of table.snapshot(GROUPS)) {
          const part = sumTable()
          part.restore(bytes)
          part.emitAll(({ key }) => {
            expect(keyGroupOf(key, GROUPS)).toBe(group)
            found.push(canonicalKey(key))
          })
        }
        expect(found.sort()).toEqual([...new Set(keys.map(canonicalKey))].sort())
      }),
    )
  })
})

describe('ValueTable', () => {
  /** Undefined is no value. */
  const given = anyValue.filter((value) => value !== undefined)

  test('brings keys and values, of whatever kind, through a snapshot to other owners', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(anyKey, given)), fc.integer({ min: 1, max: 5 }), (entries, owners) => {
        const table = new ValueTable<unknown>()
        const oracle = new Map<string, unknown>()
        for (const [key, value] of entries) {
          table.set(table.slotOf(key), value)
          oracle.set(canonicalKey(key), value)
        }
        const moved = Array.from({ length: owners }, () => new ValueTable<unknown>())
        for (const [group, bytes] of table.snapshot(GROUPS)) moved[group % owners].restore(bytes)
        const found = new Map<string, unknown>()
        for (const owner of moved) owner.forEach((key, value) => found.set(canonicalKey(key), value))
        expect(found.size).toBe(oracle.size)
        for (const [key, value] of oracle) expectSame(found.get(key), value)
      }),
    )
  })

  test('keeps more shapes of values than msgpackr has record numbers for', () => {
    const table = new ValueTable<object>()
    for (let i = 0; i < 500; i++) table.set(table.slotOf(i), { [`field${i}`]: i, map: new Map([[i, { x: i }]]) })
    const copy = new ValueTable<object>()
    for (const bytes of table.snapshot(1).values()) copy.restore(bytes)
    for (let i = 0; i < 500; i++) expect(copy.get(copy.slotOf(i))).toEqual({ [`field${i}`]: i, map: new Map([[i, { x: i }]]) })
  })

  test('tells a slot that was set to undefined from one that was not set', () => {
    const table = new ValueTable<undefined>()
    table.set(table.slotOf('set'), undefined)
    table.slotOf('only looked up')
    const copy = new ValueTable<undefined>()
    for (const bytes of table.snapshot(3).values()) copy.restore(bytes)
    expect([copy.keys.size, copy.has(copy.slotOf('set')), copy.has(copy.slotOf('only looked up'))]).toEqual([1, true, false])
  })

  test.each([
    ['a function', { f: () => 1 }, 'value[0].f is a function'],
    ['a class instance', [new URL('https://example.org')], 'value[0][0] is an object of class URL'],
    ['a symbol in a Map', new Map([['x', Symbol('y')]]), 'value[0][x] is a symbol'],
  ])('%s cannot be stored, and the error says where it is', (_, value, where) => {
    const table = new ValueTable<unknown>()
    table.set(table.slotOf('f'), value)
    expect(() => table.snapshot(1)).toThrow(
      expect.objectContaining({ code: 'MR_RECORD_NOT_SERIALIZABLE', message: expect.stringContaining(where) }),
    )
  })

  test('a value that contains itself cannot be stored', () => {
    const table = new ValueTable<unknown[]>()
    const loop: unknown[] = []
    loop.push(loop)
    table.set(table.slotOf('loop'), loop)
    expect(codeOf(() => table.snapshot(1))).toBe('MR_RECORD_NOT_SERIALIZABLE')
  })
})
