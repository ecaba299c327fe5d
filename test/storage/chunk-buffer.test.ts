import { describe, expect, test } from 'vitest'
import { ChunkBuffer } from '../../src/storage/chunk-buffer.ts'
import type { Chunk } from '../../src/checkpoint/manifest.ts'
import type { StagedChunk } from '../../src/storage/lay-out.ts'
import { FINAL } from '../../src/storage/protocol.ts'
import { chunk } from './fixtures.ts'

function buffer(stagedFromBytes = 1000) {
  const dropped: number[] = []
  const staged: string[] = []
  const write = (checkpoint: number, written: readonly Chunk[]): StagedChunk[] => {
    const first = staged.length
    staged.push(...written.map(({ key }) => `${checkpoint} ${key}`))
    return written.map(({ bytes, ...rest }, i) => ({ ...rest, byteLength: bytes.byteLength, ordinal: first + i }))
  }
  const chunks = new ChunkBuffer(
    { write, drop: (checkpoint) => void dropped.push(checkpoint) },
    { bytesMax: 2 * stagedFromBytes, stagedFromBytes },
  )
  chunks.startAttempt(1)
  const put = (checkpoint: number, index: number, length: number, attempt = 1, last = true) =>
    chunks.store({ type: 'store', attempt, checkpoint, task: 't', index, chunks: [chunk('k', checkpoint, length)], last })
  return { chunks, put, staged, dropped }
}

describe('snapshots that wait for their commit', () => {
  test('are bounded in bytes: what is beyond goes to the disk, and the room comes back when their checkpoint ends', () => {
    const { chunks, put, staged, dropped } = buffer()
    expect(put(1, 0, 600)).toBe(600)
    expect(put(1, 1, 400)).toBe(400)
    expect([chunks.bytes, staged]).toEqual([1000, []])
    expect(put(1, 2, 1)).toBe(1)
    expect([chunks.bytes, staged]).toEqual([0, ['1 k', '1 k', '1 k']])
    expect(put(1, 3, 900)).toBe(900)
    chunks.end(1)
    expect([chunks.bytes, dropped]).toEqual([0, [1]])
    expect(put(2, 0, 1000)).toBe(1000)
    chunks.startAttempt(2)
    expect([chunks.bytes, dropped]).toEqual([0, [1, 2]])
  })

  test('are taken out with what is on disk, which is not dropped then', () => {
    const { chunks, put, dropped } = buffer()
    put(1, 0, 700)
    put(1, 1, 600)
    put(1, 2, 10)
    const actors = [0, 1, 2].map((index) => ({ task: 't', index, finished: false }))
    const places = chunks.take(1, 1, actors).map((actor) => actor.chunks.map((each) => ('ordinal' in each ? each.ordinal : 'in memory')))
    expect(places).toEqual([[0], [1], ['in memory']])
    expect([chunks.bytes, dropped]).toEqual([0, []])
  })

  test('of actors that have ended stay in memory, bounded', () => {
    const { chunks, put, staged } = buffer()
    put(FINAL, 1, 900)
    put(FINAL, 2, 900)
    expect(put(1, 0, 200)).toBe(200)
    expect([chunks.bytes, staged]).toEqual([2000, []])
    expect(() => put(FINAL, 3, 1)).toThrow(/more than 2000 bytes/)
    expect(() => put(1, 1, 1)).toThrow(/more than 2000 bytes/)
  })

  test('are taken out once: what they held is free, last chunks of ended actors stay', () => {
    const { chunks, put } = buffer()
    put(FINAL, 1, 10)
    put(1, 0, 100)
    const actors = [
      { task: 't', index: 0, finished: false },
      { task: 't', index: 1, finished: true },
    ]
    expect(chunks.take(1, 1, actors).map(({ chunks: [first] }) => (first as Chunk | undefined)?.bytes.byteLength)).toEqual([100, 10])
    expect(chunks.bytes).toBe(10)
    expect(() => chunks.take(1, 1, actors)).toThrow(/lacks the snapshot of actor t#0/)
    put(2, 0, 50)
    expect(chunks.take(2, 1, actors)).toHaveLength(2)
  })

  test('of older checkpoints and attempts are dropped, unnoticed', () => {
    const { chunks, put } = buffer()
    chunks.end(3)
    expect(put(3, 0, 10)).toBeUndefined()
    expect(put(2, 0, 10)).toBeUndefined()
    expect(put(4, 0, 10, 0)).toBeUndefined()
    expect(chunks.bytes).toBe(0)
    chunks.startAttempt(2)
    chunks.startAttempt(1)
    expect(put(4, 0, 10, 1)).toBeUndefined()
    expect(put(4, 0, 10, 2)).toBe(10)
  })

  test('of a newer attempt are kept, though control has not told of it yet', () => {
    const { chunks, put } = buffer()
    expect(put(4, 0, 10, 1)).toBe(10)
    expect(put(5, 0, 20, 2)).toBe(20)
    chunks.startAttempt(2)
    expect(chunks.bytes).toBe(20)
    expect(put(5, 1, 10, 1)).toBeUndefined()
    expect(chunks.take(5, 2, [{ task: 't', index: 0, finished: false }])).toHaveLength(1)
  })

  test('cannot go on after their last part', () => {
    const { put } = buffer()
    expect(put(1, 0, 10, 1, false)).toBeUndefined()
    expect(put(1, 0, 10, 1, true)).toBe(20)
    expect(() => put(1, 0, 10)).toThrow(/Actor t#0 stored checkpoint 1 twice/)
  })
})
