import { expect, test } from 'vitest'
import { loadOperators } from '../../actors/registry.ts'
import { checkOptions } from '../../src/app/launch-options.ts'
import { allocate, allocateDoorbells } from '../../src/control/allocate.ts'
import { planJob } from '../../src/graph/plan.ts'
import { type OperatorDefinition, defineJob, sink } from '../../src/index.ts'
import { decodeChunk } from '../../src/worker/chunk-key.ts'
import type { WorkerEvents } from '../../src/worker/worker-host.ts'
import { MemoryStores } from '../../src/state/working/memory-stores.ts'
import { WorkerRuntime } from '../../src/worker/worker-runtime.ts'

const registry = await loadOperators()

type Snapshot = Parameters<WorkerEvents['snapshotTaken']>

/** Holds records back until a barrier makes it pass on all of them, far more than the next mailbox takes. Its snapshot is its live state. */
function holder(live: { held: number }): OperatorDefinition {
  return {
    kind: 'holder',
    create: (_spec, { emit }) => {
      const records: unknown[] = []
      return {
        process: (record) => void (live.held = records.push(record)),
        flush: (force) => {
          if (force) for (const record of records.splice(0)) emit(record, NaN)
        },
        snapshot: () => [{ scope: 'instance', id: 0, value: live }],
      }
    },
  }
}

/** One worker whose source is blocked behind a barrier: its snapshot is taken, and not yet reported. */
async function blockedBehindBarrier(snapshotTaken: (...snapshot: Snapshot) => void) {
  const live = { held: 0 }
  const failures: unknown[] = []
  const { engine } = checkOptions({ workers: 1, mailboxBytes: 4096 })
  const job = defineJob(import.meta, {
    build: ({ source }) => {
      const rows = source.generate('rows', { count: 1e9, make: (n) => ({ n }) }).transform<{ n: number }>(holder(live), {})
      rows
        .keyBy('n')
        .scan(
          () => ({ n: 0 }),
          (_, row) => row,
        )
        .to(sink.forEach(() => {}))
    },
  })
  const plan = planJob(await job.buildGraph({}), engine)
  let nowMs = 0
  const runtime = new WorkerRuntime(plan, registry, engine, 0, allocate(plan, engine, allocateDoorbells(1), 1), {
    clock: { nowMs: () => nowMs, monotonicMs: () => nowMs++ },
    events: {
      snapshotPart: () => {},
      snapshotTaken,
      failed: (_attempt, actor, error) => failures.push({ actor, error }),
      notify: () => {},
      checkpointWanted: () => {},
    },
    generateCode: true,
    onWake: () => {},
    openTable: () => {
      throw new Error('no table')
    },
    workingStore: (_, actor) => new MemoryStores().store(actor),
  })
  await runtime.open(null)
  runtime.start()
  while (live.held < 10_000) runtime.turn(1)
  runtime.triggerCheckpoint(1, false)
  const { held } = live
  runtime.turn(2)
  live.held = -1
  return { runtime, held, failures }
}

test('a snapshot is as it was when it was taken, also when it is reported later', async () => {
  const snapshots: Snapshot[] = []
  const { runtime, held } = await blockedBehindBarrier((...snapshot) => snapshots.push(snapshot))
  expect(snapshots).toEqual([])
  while (snapshots.length === 0) runtime.turn(5)
  const [, checkpoint, , chunks] = snapshots[0]!
  expect(checkpoint).toBe(1)
  expect(chunks.map(({ key, bytes }) => [key, key.startsWith('holder') ? decodeChunk(bytes) : null])).toContainEqual([
    'holder-1/instance/0',
    { held },
  ])
  await runtime.stop()
})

test('a snapshot that cannot be reported is a failure of its actor, not of the worker', async () => {
  const { runtime, failures } = await blockedBehindBarrier(() => {
    throw new RangeError('planned')
  })
  for (let turns = 0; turns < 1_000 && failures.length === 0; turns++) runtime.turn(5)
  expect(failures).toEqual([{ actor: 0, error: expect.objectContaining({ message: 'planned' }) as unknown }])
  expect(runtime.hasWork()).toBe(false)
  await runtime.stop()
})
