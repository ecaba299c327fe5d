import { expect, test } from 'vitest'
import type { ActorEvents, SealedChunk } from '../../src/actor/actor-parts.ts'
import type { ActorTime } from '../../src/actor/actor-time.ts'
import type { OperatorActor, StateChunk } from '../../src/actor/contract.ts'
import { Operators } from '../../src/actor/operators.ts'
import { Snapshots } from '../../src/actor/snapshots.ts'
import { SNAPSHOT_PART_BYTES_MIN } from '../../src/limits.ts'

/** Of a chunk: few leave before the rest. */
const CHUNK_BYTES = 1 + SNAPSHOT_PART_BYTES_MIN / 10

const clock = { nowMs: () => 0, monotonicMs: () => 0 }
const noTime = { snapshot: () => [] } as unknown as ActorTime
const END = { tookMs: 0, failure: null }

interface Told {
  readonly checkpoint: number
  readonly chunks: readonly string[]
}

/** Snapshots of two operators; the second has `rows` in steps. What was told, and of which steps it was asked. */
function snapshotsOf(rows: number, fails = Infinity) {
  const told: Told[] = []
  const parts: Told[] = []
  const asked: string[] = []
  function* steps(checkpoint: number): Generator<StateChunk | null> {
    for (let id = 0; id < rows; id++) {
      if (id === fails) throw new Error('cannot be stored')
      asked.push(`${checkpoint}/${id}`)
      yield { scope: 'group', id, value: checkpoint }
      yield null
    }
  }
  const small: OperatorActor = { snapshot: (checkpoint) => [{ scope: 'instance', id: 0, value: checkpoint }] }
  const large: OperatorActor = { snapshotInSteps: (checkpoint) => steps(checkpoint) }
  const operators = new Operators(
    Object.entries({ small, large }).map(([name, actor]) => ({
      ...{ name, actor },
      blame: (error: unknown) => new Error(`${name}: ${(error as Error).message}`),
    })),
  )
  const events = {
    seal: ({ operator, id, value }: StateChunk & { operator: string }) => ({
      ...{ key: `${operator}/${id} of ${String(value)}`, checksum: 0 },
      bytes: new Uint8Array(CHUNK_BYTES),
    }),
    snapshotPart: (checkpoint: number, chunks: readonly SealedChunk[]) =>
      void parts.push({ checkpoint, chunks: chunks.map(({ key }) => key) }),
    snapshotTaken: (checkpoint: number, chunks: readonly SealedChunk[]) =>
      void told.push({ checkpoint, chunks: chunks.map(({ key }) => key) }),
  } as unknown as ActorEvents
  return { snapshots: new Snapshots(operators, noTime, events, { headName: 'small', clock }), operators, told, parts, asked }
}

const allOf = (checkpoint: number, rows: number): Told => ({
  checkpoint,
  chunks: [`small/0 of ${checkpoint}`, ...Array.from({ length: rows }, (_, id) => `large/${id} of ${checkpoint}`)],
})

/** Calls until all of the last state is encoded. */
function lastOf(snapshots: Snapshots): { readonly chunks: readonly SealedChunk[]; readonly steps: number } {
  for (let steps = 1; ; steps++) {
    const chunks = snapshots.takeLast()
    if (chunks !== null) return { chunks, steps }
  }
}

test('a snapshot is told of when all of it is encoded and what precedes its barrier is out, whichever comes last', () => {
  const early = snapshotsOf(3)
  early.snapshots.begin(7, 0)
  early.snapshots.report()
  while (early.told.length === 0) expect(early.snapshots.goOn()).toBe(true)
  expect(early.told).toEqual([allOf(7, 3)])
  const late = snapshotsOf(3)
  late.snapshots.begin(7, 0)
  while (late.snapshots.goOn());
  expect(late.told).toEqual([])
  late.snapshots.report()
  expect(late.told).toEqual([allOf(7, 3)])
  expect(late.snapshots.goOn()).toBe(false)
})

test('a second barrier, and word that the checkpoint has failed, end what is under way', () => {
  const second = snapshotsOf(3)
  second.snapshots.begin(1, 0)
  second.snapshots.begin(2, 0)
  second.snapshots.report()
  while (second.snapshots.goOn());
  expect(second.told).toEqual([allOf(2, 3)])
  const failed = snapshotsOf(3)
  failed.snapshots.begin(1, 0)
  failed.snapshots.report()
  void failed.snapshots.checkpointEnded(1, { ...END, failure: 'timeout' })
  expect(failed.snapshots.goOn()).toBe(false)
  expect(failed.asked).toEqual(['1/0'])
  expect(failed.told).toEqual([])
})

test('the last snapshot comes behind the one that is under way', () => {
  const { snapshots, told } = snapshotsOf(3)
  snapshots.begin(4, 0)
  snapshots.report()
  expect(snapshots.takeLast()).toBe(null)
  while (snapshots.goOn());
  expect(told).toEqual([allOf(4, 3)])
  const parts = lastOf(snapshots)
  expect(parts.steps).toBeGreaterThan(1)
  expect(parts.chunks.map(({ key }) => key)).toEqual(allOf(0, 3).chunks)
})

test('what cannot be encoded is blamed on its operator', () => {
  const { snapshots, operators } = snapshotsOf(3, 1)
  snapshots.begin(1, 0)
  operators.enter(0)
  let thrown: unknown
  try {
    while (snapshots.goOn());
  } catch (error) {
    thrown = operators.blamed(error)
  }
  expect(thrown).toMatchObject({ message: 'large: cannot be stored' })
})

test('chunks of key groups leave in parts while the rest is encoded; what else there is, and the last state, with word of the whole', () => {
  const { snapshots, told, parts } = snapshotsOf(25)
  snapshots.begin(7, 0)
  snapshots.report()
  while (snapshots.goOn());
  const groups = Array.from({ length: 25 }, (_, id) => `large/${id} of 7`)
  expect(parts).toEqual([
    { checkpoint: 7, chunks: groups.slice(0, 10) },
    { checkpoint: 7, chunks: groups.slice(10, 20) },
  ])
  expect(told).toEqual([{ checkpoint: 7, chunks: ['small/0 of 7', ...groups.slice(20)] }])
  expect(lastOf(snapshots).chunks.length).toBe(26)
  expect(parts.length).toBe(2)
})
