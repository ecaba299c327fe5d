import { spawnSync } from 'node:child_process'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { BatchDecoder, BatchEncoder, assertSerializable, freezeRecord } from '../../src/codec/index.ts'
import { MillraceError } from '../../src/errors.ts'
import { expectSame } from './expect-same.ts'

class Shop {
  name = 'x'
  sell(): void {}
}
class Named extends Map<string, number> {}

const cyclic: { self?: unknown; list: unknown[] } = { list: [] }
cyclic.list.push(cyclic)
let deep: unknown = 1
for (let i = 0; i < 1000; i++) deep = [deep]

const refused: [string, unknown, string][] = [
  ['a function', { a: { b: [1, 2, 3, () => 1] } }, 'field a.b[3] is a function'],
  ['a named function', { run: function go() {} }, 'field run is a function go'],
  ['a symbol', [{ a: Symbol('s') }], 'field [0].a is Symbol(s)'],
  ['a symbol as a key', { a: { [Symbol('k')]: 1 } }, 'field a has the key Symbol(k)'],
  ['a class instance', { 'a b': new Shop() }, 'field ["a b"] is an instance of a class Shop'],
  ['a record that is a class instance', new Shop(), 'the record is an instance of a class Shop'],
  ['a subclass of Map', { m: new Named() }, 'field m is an instance of a class Named'],
  ['a subclass of Array', { m: new (class List extends Array {})() }, 'field m is an instance of a class List'],
  ['an object that inherits fields', Object.create({ a: 1 }), 'the record is an instance of a class'],
  ['a promise', { p: Promise.resolve() }, 'field p is an instance of a class Promise'],
  ['an error', { e: new TypeError('x') }, 'field e is an instance of a class TypeError'],
  ['a regular expression', { r: /x/ }, 'field r is an instance of a class RegExp'],
  ['a boxed number', { n: new Number(1) }, 'field n is an instance of a class Number'],
  ['a function in a Map', { m: new Map([['x', [() => 1]]]) }, 'field m[0][0] is a function'],
  ['a function in a Set', { s: new Set([() => 1]) }, 'field s[0] is a function'],
  ['a cycle', cyclic, 'field list[0] is part of a cycle'],
  ['endless depth', { deep }, 'is nested deeper than 200 levels'],
  ['a record that is a function', () => 1, 'the record is a function'],
  ['a record that is a symbol', Symbol('r'), 'the record is Symbol(r)'],
]

describe.each(refused)('%s', (_, record, message) => {
  it('is refused with its path, on edges within a worker', () => {
    expect(() => assertSerializable(record, { operator: 'map', site: 'job.ts:3:4' })).toThrow(
      expect.objectContaining({
        code: 'MR_RECORD_NOT_SERIALIZABLE',
        operator: 'map',
        site: 'job.ts:3:4',
        message: expect.stringContaining(message) as string,
      }),
    )
  })

  it('is refused with its path by the codec, as the first record and after many others', () => {
    for (const others of [0, 1000]) {
      const encoder = new BatchEncoder({ name: 'refused', operator: 'map' })
      const good = Array.from({ length: others }, (_, i) =>
        typeof record === 'object' ? Object.fromEntries(Object.keys(record as object).map((key) => [key, i])) : { i },
      )
      if (others > 0) encoder.encode(good, 0, others, null)
      const refusal = expect.objectContaining({
        code: 'MR_RECORD_NOT_SERIALIZABLE',
        operator: 'map',
        message: expect.stringContaining(message) as string,
      })
      expect(() => encoder.encode([...good, record], 0, others + 1, null)).toThrow(refusal)
      const records = [...good, { a: 1 }]
      const frame = Uint8Array.from(encoder.encode(records, 0, records.length, null))
      expectSame(new BatchDecoder({ name: 'after' }).decode(frame).records(), records)
    }
  })
})

describe('plain data', () => {
  it('may come from another realm, have no prototype, be frozen, and occur twice', () => {
    const shared = { x: 1 }
    const bare = Object.assign(Object.create(null) as object, { b: 1 })
    const foreign = runInNewContext('({ f: [1, { g: 2 }] })') as object
    const records: object[] = [
      shared,
      bare,
      foreign,
      Object.freeze({ twice: [shared, shared] }),
      { constructor: 'x' },
      { toJSON: 1, hasOwnProperty: 2 },
    ]
    for (const record of records) assertSerializable(record)
    const frame = Uint8Array.from(new BatchEncoder({ name: 'plain' }).encode(records, 0, records.length, null))
    const expected: object[] = [
      { x: 1 },
      { b: 1 },
      { f: [1, { g: 2 }] },
      { twice: [{ x: 1 }, { x: 1 }] },
      { constructor: 'x' },
      { toJSON: 1, hasOwnProperty: 2 },
    ]
    expectSame(new BatchDecoder({ name: 'plain' }).decode(frame).records(), expected)
  })

  it('is frozen in depth, but for what cannot be frozen', () => {
    const record = freezeRecord({
      a: [{ b: 1 }],
      bytes: new Uint8Array(2),
      map: new Map([['k', { c: 1 }]]),
      set: new Set([[1]]),
      at: new Date(0),
      n: null,
    })
    expect([record, record.a, record.a[0], record.map.get('k'), [...record.set][0], record.at].every((part) => Object.isFrozen(part))).toBe(
      true,
    )
    record.bytes[0] = 7
    expect(record.bytes[0]).toBe(7)
    expect(freezeRecord(5)).toBe(5)
  })

  it('does not outlive its batch in an encoder', () => {
    const flags = ['--expose-gc', '--input-type=module', '-e']
    const codec = new URL('../../src/codec/index.js', import.meta.url).href
    const script = `
      import { BatchEncoder } from ${JSON.stringify(codec)}
      const encoder = new BatchEncoder({ name: 'leak' })
      let record = { a: { nested: [1] }, s: 'x'.repeat(100) }
      const ref = new WeakRef(record)
      encoder.encode([record, 5, record], 0, 3, null)
      record = null
      await new Promise(resolve => setTimeout(resolve, 10))
      gc()
      console.log(ref.deref() === undefined ? 'gone' : 'kept')`
    const { stdout, stderr } = spawnSync(process.execPath, [...flags, script], { encoding: 'utf8' })
    expect(stdout + stderr).toBe('gone\n')
  })
})

describe('a process that forbids code generation', () => {
  it('encodes and decodes with the interpreted codec', () => {
    const codec = new URL('../../src/codec/index.js', import.meta.url).href
    const script = `
      import { BatchDecoder, BatchEncoder, canGenerateCode } from ${JSON.stringify(codec)}
      const records = Array.from({ length: 100 }, (_, i) => ({ i, s: 's' + i, n: i % 2 ? null : { x: [i] } }))
      const frame = Uint8Array.from(new BatchEncoder({ name: 'e', mode: 'generated' }).encode(records, 0, 100, null))
      const back = new BatchDecoder({ name: 'd' }).decode(frame).records()
      console.log(canGenerateCode(), JSON.stringify(back) === JSON.stringify(records))`
    const args = ['--disallow-code-generation-from-strings', '--input-type=module', '-e', script]
    const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
    expect(stdout + stderr).toBe('false true\n')
  })
})

describe('generated code', () => {
  it('has a source URL of its own for each function, with the name of its edge', () => {
    const stacks = new Set<string>()
    for (let i = 0; i < 2; i++) {
      const encoder = new BatchEncoder({ name: 'orders -> totals' })
      encoder.encode([{ a: 1 }], 0, 1, null)
      const trap = {
        get a(): number {
          stacks.add(/millrace:\/\/codec\/\S+?#\d+/.exec(new Error('where').stack!)?.[0] ?? 'none')
          return 1
        },
      }
      encoder.encode([trap], 0, 1, null)
    }
    expect(stacks.size).toBe(2)
    for (const url of stacks) expect(url).toMatch(/^millrace:\/\/codec\/orders%20-%3E%20totals\/encode#\d+$/)
  })

  it('is refused under an unknown mode', () => {
    expect(() => new BatchEncoder({ name: 'x', mode: 'fast' as 'generated' })).toThrow(MillraceError)
  })
})
