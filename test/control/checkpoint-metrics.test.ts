import { expect, test } from 'vitest'
import type { Manifest } from '../../src/checkpoint/manifest.ts'
import { CheckpointMetrics } from '../../src/control/checkpoint-metrics.ts'
import type { StorageToControl } from '../../src/storage/protocol.ts'

const identity = {
  jobName: 'job',
  graphFingerprint: '',
  keyHashVersion: 1,
  keyGroups: 8,
  operators: [],
  lineage: 'l',
  status: 'complete',
} as const

function manifest(id: number, ...sizes: readonly number[]): Manifest {
  const chunks = sizes.map((byteLength, ordinal) => ({ key: `k${ordinal}`, checkpoint: id, ordinal, byteLength, checksum: 0 }))
  return { formatVersion: 1, id, createdMs: 0, ...identity, actors: [{ task: 't', index: 0, finished: false, chunks }] }
}

function stored(checkpoint: number, index: number, timing: { alignmentMs: number; encodeMs: number; takenAtMs: number }): StorageToControl {
  return { type: 'stored', task: 't', index, attempt: 1, checkpoint, bytes: 0, timing }
}

function measured(startMs = 1_000_000) {
  const clock = { now: 0, nowMs: () => startMs + clock.now, monotonicMs: () => clock.now }
  const metrics = new CheckpointMetrics(clock)
  return {
    clock,
    metrics,
    begin: (checkpoint: number) => metrics.carriedOut({ type: 'inject-barrier', checkpoint, attempt: 1, sources: ['t#0'] }),
    commit: (checkpoint: number) => metrics.carriedOut({ type: 'commit', checkpoint, attempt: 1, status: 'complete', actors: [] }),
    abort: (checkpoint: number, reason: 'timeout' | 'stopped') => metrics.carriedOut({ type: 'abort', checkpoint, attempt: 1, reason }),
  }
}

test('size, the longest alignment, and where the time of the last actor went; the phases are the whole', () => {
  const { clock, metrics, begin, commit } = measured()
  clock.now = 100
  begin(7)
  clock.now = 130
  metrics.stored(stored(7, 0, { alignmentMs: 12, encodeMs: 2, takenAtMs: 1_000_125 }))
  clock.now = 150
  metrics.stored(stored(7, 1, { alignmentMs: 5, encodeMs: 4, takenAtMs: 1_000_140 }))
  commit(7)
  clock.now = 165
  metrics.stored({ type: 'committed', attempt: 1, manifest: manifest(7, 300, 50), bytes: 50, tookMs: 14 })
  const measures = metrics.completed(7, 65)
  expect(measures).toEqual({
    id: 7,
    bytes: 350,
    newBytes: 50,
    tookMs: 65,
    alignmentMs: 12,
    phases: { barriersMs: 36, encodeMs: 4, storeMs: 10, commitMs: 15 },
  })
  clock.now = 300
  expect(metrics.stats(null)).toEqual({ completed: 1, failed: 0, skipped: 0, ageMs: 200, latest: measures })
})

test('who ended instead of taking a snapshot may have been waited for; no phase is negative when somebody sets the clock', () => {
  const { clock, metrics, begin, commit } = measured()
  begin(1)
  clock.now = 10
  metrics.stored(stored(1, 0, { alignmentMs: 0, encodeMs: 3, takenAtMs: 0 }))
  clock.now = 40
  commit(1)
  clock.now = 50
  expect(metrics.completed(1, 50).phases).toEqual({ barriersMs: 0, encodeMs: 3, storeMs: 37, commitMs: 10 })
  begin(2)
  clock.now = 60
  metrics.stored(stored(2, 0, { alignmentMs: 0, encodeMs: 3, takenAtMs: 9e9 }))
  commit(2)
  expect(metrics.completed(2, 10).phases).toEqual({ barriersMs: 7, encodeMs: 3, storeMs: 0, commitMs: 0 })
})

test('checkpoints that failed and those that were left out are counted; word of one that was given up counts for no other', () => {
  const { clock, metrics, begin, abort, commit } = measured()
  begin(1)
  abort(1, 'timeout')
  begin(2)
  metrics.stored(stored(1, 0, { alignmentMs: 99, encodeMs: 9, takenAtMs: 0 }))
  metrics.stored({ type: 'committed', attempt: 1, manifest: manifest(1, 9), bytes: 9, tookMs: 1 })
  commit(2)
  expect(metrics.completed(2, 5)).toMatchObject({ bytes: 0, alignmentMs: 0 })
  begin(3)
  abort(3, 'stopped')
  metrics.skip()
  metrics.skip()
  clock.now = 9
  expect(metrics.stats(null)).toMatchObject({ completed: 1, failed: 1, skipped: 2, ageMs: 9 })
})

test('the age of what the run began with', () => {
  const { metrics } = measured(5_000)
  expect(metrics.stats(null)).toEqual({ completed: 0, failed: 0, skipped: 0, ageMs: null, latest: null })
  expect(metrics.stats({ ...manifest(3), createdMs: 4_000 })).toMatchObject({ ageMs: 1_000, latest: null })
  expect(metrics.stats({ ...manifest(3), createdMs: 9_000 })).toMatchObject({ ageMs: 0 })
})
