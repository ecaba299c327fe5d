import fc from 'fast-check'
import { expect, test } from 'vitest'
import { clip } from '../../src/cli/align.ts'
import { applyPairs } from '../../src/cli/config-values.ts'
import { errorData, errorText } from '../../src/cli/error-text.ts'
import { jsonLine } from '../../src/cli/json-line.ts'
import { bytesText, clockText, countText, percentText } from '../../src/cli/quantities.ts'
import { chooseOutlets } from '../../src/cli/run/print-outlets.ts'
import { LiveBlock } from '../../src/cli/run/live-block.ts'
import { UsageError } from '../../src/cli/usage-error.ts'
import { MillraceError } from '../../src/index.ts'

test('quantities as people read them', () => {
  expect([0, 1023, 1024, 1536, 4 * 1024 ** 2, 3 * 1024 ** 3].map(bytesText)).toEqual([
    '0 B',
    '1023 B',
    '1 KiB',
    '1.5 KiB',
    '4 MiB',
    '3 GiB',
  ])
  expect([0, 999, 1000, 1_234_567].map(countText)).toEqual(['0', '999', '1,000', '1,234,567'])
  expect([0, 7_400, 61_000, 3_723_000].map(clockText)).toEqual(['0:00', '0:07', '1:01', '1:02:03'])
  expect([0, 0.999, 1, 1.2].map(percentText)).toEqual(['0 %', '99 %', '100 %', '100 %'])
  expect([clip('abc', 3), clip('abcd', 3)]).toEqual(['abc', 'ab…'])
})

test('key=value pairs become nested objects beside what a file holds, values stay strings', () => {
  const base = { a: 1, deep: { kept: true, changed: 'x' }, list: [1] }
  expect(applyPairs(base, ['deep.changed=y', 'deep.er.still=1=2', 'list.x=', 'new=3'])).toEqual({
    a: 1,
    deep: { kept: true, changed: 'y', er: { still: '1=2' } },
    list: { x: '' },
    new: '3',
  })
  expect(base).toEqual({ a: 1, deep: { kept: true, changed: 'x' }, list: [1] })
})

test.each([['=1'], ['a'], ['a..b=1'], ['.a=1'], ['__proto__.x=1'], ['a.__proto__=1']])('--config %s is refused', (pair) => {
  expect(() => applyPairs({}, [pair])).toThrow(UsageError)
})

test('pairs that exclude each other are refused in either order', () => {
  expect(() => applyPairs({}, ['a.b=1', 'a=2'])).toThrow('exclude each other')
  expect(() => applyPairs({}, ['a=2', 'a.b=1'])).toThrow('exclude each other')
  expect(applyPairs({}, ['a.b=1', 'ab=2', 'a.c=3'])).toEqual({ a: { b: '1', c: '3' }, ab: '2' })
})

test('what pairs set can be read back along the same path', () => {
  const key = fc.stringMatching(/^[a-z]{1,3}$/)
  fc.assert(
    fc.property(fc.uniqueArray(fc.tuple(key, key), { selector: ([a, b]) => `${a}.${b}` }), fc.string(), (paths, value) => {
      const result = applyPairs(
        {},
        paths.map(([a, b]) => `${a}.${b}=${value}`),
      ) as Record<string, Record<string, string>>
      for (const [a, b] of paths) expect(result[a]![b]).toBe(value)
    }),
  )
})

test('a line of JSON holds what JSON does not know as what comes nearest', () => {
  const value = { big: 12n, map: new Map([['a', 1]]), set: new Set([1]), bytes: Uint8Array.of(1, 2), at: new Date(0), none: undefined }
  expect(jsonLine(value)).toBe('{"big":"12","map":[["a",1]],"set":[1],"bytes":[1,2],"at":"1970-01-01T00:00:00.000Z"}\n')
  expect(jsonLine(undefined)).toBe('null\n')
})

test('an error as text: where it happened once, causes in turn, remedy and link', () => {
  const cause = Object.assign(new Error('no space', { cause: 'disk full' }), { code: 'ENOSPC' })
  const error = new MillraceError('MR_SINK_FAILED', 'Cannot write a.csv', { operator: 'file', site: '/x/job.js:3:5', cause })
  expect(errorText(error, { verbose: false })).toBe(`MR_SINK_FAILED: Cannot write a.csv
  operator: file
  defined at: /x/job.js:3:5
  caused by Error ENOSPC: no space
  caused by string: disk full
  what to do: A sink could not write its output. See the cause, and the path in the message.
  more: docs/errors.md#mr_sink_failed
`)
  expect(errorText(error, { verbose: true })).toMatch(/defined at: \S+\n {2}at .*pure\.test/)
  expect(errorText(new TypeError('odd'), { verbose: false })).toBe('TypeError: odd\n  --verbose shows where it was thrown\n')
  expect(errorData(error, { verbose: false })).toMatchObject({
    code: 'MR_SINK_FAILED',
    operator: 'file',
    cause: { code: 'ENOSPC', cause: { message: 'disk full' } },
  })
})

test('outlets: all by default, the named ones, or none; one named outlet is printed bare', () => {
  expect(chooseOutlets(['a', 'b'], [], false)).toEqual({ all: ['a', 'b'], printed: ['a', 'b'], bare: false })
  expect(chooseOutlets(['a', 'b'], ['b'], false)).toEqual({ all: ['a', 'b'], printed: ['b'], bare: true })
  expect(chooseOutlets(['a', 'b'], ['b', 'a', 'b'], false)).toEqual({ all: ['a', 'b'], printed: ['b', 'a'], bare: false })
  expect(chooseOutlets(['a', 'b'], [], true)).toEqual({ all: ['a', 'b'], printed: [], bare: false })
  expect(() => chooseOutlets(['a'], ['c'], false)).toThrow('no outlet "c"')
  expect(() => chooseOutlets(['a'], ['a'], true)).toThrow('exclude each other')
})

test('a live block goes back over exactly the lines that it drew', () => {
  let text = ''
  const block = new LiveBlock((more) => (text += more))
  block.clear()
  block.draw(['a', 'b'])
  block.draw(['c'])
  block.clear()
  block.clear()
  expect(text).toBe('a\nb\n\x1b[2A\r\x1b[Jc\n\x1b[1A\r\x1b[J')
})
