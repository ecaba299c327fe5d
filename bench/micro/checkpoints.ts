/**
 * Checkpoints of much state: `node dist/bench/micro/checkpoints.js [keys]`. One instance, 128 key groups, keys and values of about 50 bytes together, on a real store; values of
 * `scan` and `reduce` (ValueTable), and of an actor with one state and a timer for every tenth key (MemoryBackend). By checkpoint: the longest time for which records stand still, all
 * time of encoding in between, the commit, on disk. CPU time is that of the whole process, the garbage collector's threads included. The second table runs with records between all steps.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ProcessState } from '../../actors/process-state.ts'
import type { OperatorContext, StateChunk } from '../../src/actor/contract.ts'
import { BATCH_RECORDS_DEFAULT } from '../../src/limits.ts'
import type { Chunk } from '../../src/checkpoint/manifest.ts'
import { KEY_HASH_VERSION } from '../../src/core/key-hash.ts'
import { openStates } from '../../src/state/open-states.ts'
import { StateScope } from '../../src/state/state-scope.ts'
import { type ValueState, value } from '../../src/state/state-specs.ts'
import { ValueTable } from '../../src/state/value-table.ts'
import { openCheckpointStore } from '../../src/storage/checkpoint-store.ts'
import { decodeChunk, sealState } from '../../src/worker/chunk-key.ts'

const KEYS = Number(process.argv[2] ?? 1_000_000)
const GROUPS = 128
const ROUNDS = 6

const keyOf = (n: number): string => `account-${String(n).padStart(9, '0')}`
const valueOf = (n: number, round: number): unknown => ({ cents: n * 17 + round, name: `n${n % 1000}` })

/** State of an operator, and what the runtime asks of it. */
interface Operator {
  write(n: number, round: number): void
  /** After each batch of records, as the runtime has it. */
  batchDone(): void
  snapshot(checkpoint: number): Iterable<StateChunk | null>
  completed(checkpoint: number): void
  restore(chunks: readonly StateChunk[]): Promise<void> | void
  readonly keys: number
}

function tableOperator(): Operator {
  const table = new ValueTable<unknown>()
  return {
    write: (n, round) => table.set(table.slotOf(keyOf(n)), valueOf(n, round)),
    batchDone: () => {},
    snapshot: (checkpoint) => table.deltas(GROUPS, checkpoint, BATCH_RECORDS_DEFAULT),
    completed: (checkpoint) => table.completed(checkpoint),
    restore: (chunks) => {
      for (const chunk of chunks) table.restore(chunk.value as Uint8Array)
    },
    get keys() {
      return table.keys.size
    },
  }
}

function processOperator(): Operator {
  const context = { backend: { type: 'memory' }, keyGroups: GROUPS, batchRecords: BATCH_RECORDS_DEFAULT, wake: () => {} }
  const kept = new ProcessState(context as unknown as OperatorContext)
  const scope = new StateScope(false)
  const { balance } = openStates({ balance: value() }, kept.backend, scope) as { readonly balance: ValueState<unknown> }
  const { keys } = kept.backend
  return {
    write: (n, round) => {
      scope.slot = keys.slotOf(keyOf(n))
      balance.set(valueOf(n, round))
      if (n % 10 === 0) kept.event.set(scope.slot, n)
    },
    batchDone: () => kept.backend.batchDone(0),
    snapshot: (checkpoint) => kept.snapshot(checkpoint, 0),
    completed: (checkpoint) => kept.checkpointCompleted(checkpoint),
    restore: (chunks) => kept.restore(chunks, 0),
    get keys() {
      return keys.size
    },
  }
}

const cpuMs = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

function write(operator: Operator, count: number, keyAt: (i: number) => number, round: number): void {
  for (let i = 0; i < count; i++) {
    operator.write(keyAt(i), round)
    if ((i + 1) % BATCH_RECORDS_DEFAULT === 0) operator.batchDone()
  }
  operator.batchDone()
}

/** Encodes step by step, with `between` after each. */
function encoded(operator: Operator, id: number, between: () => void): { chunks: Chunk[]; pauseMs: number; encodeMs: number; cpu: number } {
  const chunks: Chunk[] = []
  let pauseMs = 0
  let encodeMs = 0
  let cpu = 0
  let startMs = performance.now()
  let startCpu = cpuMs()
  const stop = (): void => {
    const ms = performance.now() - startMs
    pauseMs = Math.max(pauseMs, ms)
    encodeMs += ms
    cpu += cpuMs() - startCpu
  }
  for (const chunk of operator.snapshot(id)) {
    if (chunk !== null) {
      chunks.push(sealState({ operator: 'balances', ...chunk }))
      continue
    }
    stop()
    between()
    startMs = performance.now()
    startCpu = cpuMs()
  }
  stop()
  return { chunks, pauseMs, encodeMs, cpu }
}

async function measure(title: string, make: () => Operator, between: (operator: Operator, round: number) => void): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'millrace-bench-'))
  const store = openCheckpointStore({ dir, retained: 2 })
  const operator = make()
  console.log(title)
  try {
    write(operator, KEYS, (n) => n, 0)
    for (let id = 1; id <= ROUNDS; id++) {
      if (id > 2) write(operator, KEYS / 100, (i) => (i * 7919 * id) % KEYS, id)
      const { chunks, pauseMs, encodeMs, cpu } = encoded(operator, id, () => between(operator, id))
      const head = {
        ...{ id, lineage: 'bench', status: 'complete' as const, createdMs: 0, jobName: 'bench', graphFingerprint: '' },
        ...{ keyHashVersion: KEY_HASH_VERSION, keyGroups: GROUPS, operators: [] },
      }
      const { tookMs } = await store.commit(head, [{ task: 'balances', index: 0, finished: false, chunks }])
      operator.completed(id)
      const bytes = chunks.reduce((sum, chunk) => sum + chunk.bytes.byteLength, 0)
      const shown = [pauseMs, encodeMs, cpu, tookMs].map((ms) => ms.toFixed(1).padStart(7))
      const what = id <= 2 ? 'full' : 'delta of 1 %'
      console.log(
        `  ${what.padEnd(12)} pause ${shown[0]} ms   encoding ${shown[1]} ms (CPU ${shown[2]})   storing ${shown[3]} ms   ${(bytes / 2 ** 20).toFixed(2)} MiB`,
      )
    }
    await restored(store, make())
  } finally {
    await store.close()
    rmSync(dir, { recursive: true, force: true })
  }
}

async function restored(store: ReturnType<typeof openCheckpointStore>, again: Operator): Promise<void> {
  const chunks = store
    .actorsOf(ROUNDS)
    .actors.flatMap((actor) => actor.chunks)
    .map(({ key, bytes }) => ({ id: Number(key.split('/').at(-1)), bytes }))
  const startMs = performance.now()
  const startCpu = cpuMs()
  await again.restore(chunks.map(({ id, bytes }) => ({ scope: 'group', id, value: decodeChunk(bytes) })))
  const took = `${(performance.now() - startMs).toFixed(0)} ms (CPU ${(cpuMs() - startCpu).toFixed(0)})`
  console.log(`  restore      ${took}, ${chunks.length} chunks, ${again.keys} keys`)
}

/** Records that come while a snapshot is encoded, at some distance from each other. */
function records(operator: Operator, round: number): void {
  write(operator, BATCH_RECORDS_DEFAULT, (i) => (i * 104_729 + round) % KEYS, round)
}

await measure('scan, reduce', tableOperator, () => {})
await measure('process', processOperator, () => {})
await measure('process, with a batch of records between two steps', processOperator, records)
