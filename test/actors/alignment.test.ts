import { expect, test } from 'vitest'
import { Alignment } from '../../src/actor/alignment.ts'

const alignment = (channels: number): Alignment => new Alignment(channels, { monotonicMs: () => 0 })

test('a checkpoint that was given up holds no channel: not those that had brought its barrier, and not those that bring it later', () => {
  const aligning = alignment(3)
  expect(aligning.barrier(0, 1)).toBe('wait')
  expect(aligning.abandon(1)).toBe(true)
  expect(aligning.barrier(1, 1)).toBe('stale')
  expect(aligning.abandon(2)).toBe(false)
  expect([0, 1, 2].map((channel) => aligning.barrier(channel, 2))).toEqual(['stale', 'stale', 'stale'])
  expect([0, 1, 2].map((channel) => aligning.barrier(channel, 3))).toEqual(['wait', 'wait', 'complete'])
})

test('word of an older checkpoint that failed does not end a newer one', () => {
  const aligning = alignment(2)
  expect(aligning.barrier(0, 2)).toBe('wait')
  expect(aligning.abandon(1)).toBe(false)
  expect(aligning.barrier(1, 2)).toBe('complete')
})
