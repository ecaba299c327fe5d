import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { BatchDecoder, BatchEncoder, ownString } from '../../src/codec/index.ts'
import { STRING_SLICE_BYTES_MAX } from '../../src/limits.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

function heapAfterCollection(): number {
  collect()
  return process.memoryUsage().heapUsed
}

/** A string cut from another keeps all of it alive; V8 copies strings shorter than 13 units. */
describe('one string kept of every batch', () => {
  const BATCHES = 2000
  const ROWS = 256

  it.each<[string, (n: number, b: number) => unknown]>([
    ['a column of distinct strings', (n, b) => ({ id: n, text: `https://example.com/some/path/${b}/${n}` })],
    ['a dictionary of long strings', (n, b) => ({ id: n, text: `https://example.com/some/path/${b}/${n % 100}/${'x'.repeat(40)}` })],
    [
      'nested values',
      (n, b) => ({ id: n, text: [`https://example.com/some/path/${b}/${n}`, { more: `https://example.com/other/path/${n}` }] }),
    ],
    ['records that fit no shape', (n, b) => [`https://example.com/some/path/${b}/${n}`]],
  ])('pins a slice of %s at most', (_, make) => {
    const encoder = new BatchEncoder({ name: 'kept' })
    const decoder = new BatchDecoder({ name: 'kept' })
    // Several frames in turn: a decoder knows a dictionary again that comes twice in a row.
    const batches = Array.from({ length: 4 }, (_, b) => Array.from({ length: ROWS }, (_, n) => make(n, b)))
    encoder.encode(batches[0]!, 0, ROWS, null)
    const frames = batches.map((batch) => Uint8Array.from(encoder.encode(batch, 0, ROWS, null)))
    const keptOf = (record: unknown): string => {
      const value = Array.isArray(record) ? record : (record as { text: unknown }).text
      return (Array.isArray(value) ? value[0] : value) as string
    }
    const take = (b: number): string => keptOf(decoder.decode(Uint8Array.from(frames[b % 4]!)).records()[ROWS >> 1])
    const kept = Array.from({ length: BATCHES }, (_, b) => (b < 8 ? take(b) : ''))
    const before = heapAfterCollection()
    for (let b = 0; b < BATCHES; b++) kept[b] = take(b)
    const perString = (heapAfterCollection() - before) / BATCHES
    expect(kept[7]).toBe(keptOf(batches[3]![ROWS >> 1]))
    expect(perString).toBeLessThan(2 * STRING_SLICE_BYTES_MAX)
  })
})

describe('a copy of a kept string', () => {
  it('pins nothing but itself, and is the same string', () => {
    const encoder = new BatchEncoder({ name: 'own' })
    const decoder = new BatchDecoder({ name: 'own' })
    const records = Array.from({ length: 256 }, (_, n) => ({ text: `https://example.com/some/path/${n}` }))
    const frame = Uint8Array.from(encoder.encode(records, 0, 256, null))
    const take = (): string => ownString((decoder.decode(frame).records()[128] as { text: string }).text)
    const kept: string[] = new Array<string>(20_000).fill(take())
    const before = heapAfterCollection()
    for (let i = 0; i < kept.length; i++) kept[i] = take()
    expect((heapAfterCollection() - before) / kept.length).toBeLessThan(100)
    expect(kept.at(-1)).toBe(records[128]!.text)
  })

  it.each(['', 'short', 'é'.repeat(20), '語'.repeat(20), '\ud800'.repeat(20), 'x'.repeat(5000), '語'.repeat(50_000)])(
    'keeps %s',
    (text) => {
      expect(ownString(text)).toBe(text)
      expect(ownString(`${text}tail`).length).toBe(text.length + 4)
    },
  )
})
