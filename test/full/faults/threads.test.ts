import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Prng } from '../../../src/core/prng.ts'
import { audit } from '../../faults/ledger.ts'
import type { What, Where } from '../../faults/orders.ts'
import { Victim } from '../../faults/victim.ts'
import { temporaryDir } from '../../sinks/temporary-dir.ts'

const chance = new Prng(Number(process.env['MILLRACE_TEST_SEED'] ?? 1))

/** Runs the job, lets things happen to its threads, drains it, and counts. */
async function expectSurvives(
  what: What,
  places: readonly Where[],
  times: number,
  options: { readonly checkpointIntervalMs?: number } = {},
): Promise<void> {
  const dir = temporaryDir()
  const victim = new Victim({ dir, stateDir: join(dir, 'state'), rowsPerSecond: 5_000, ...options })
  await victim.started()
  await victim.checkpoints(1)
  const tookMs: number[] = []
  for (let i = 0; i < times; i++) tookMs.push(await victim.fault(what, places[i % places.length]!, 1 + chance.nextInt(40)))
  expect(await victim.stop(true)).toMatchObject({ outcome: 'finished' })
  const ledger = audit(dir)
  tookMs.sort((a, b) => a - b)
  const [median, worst] = [tookMs[times >> 1]!, tookMs.at(-1)!].map(Math.round)
  console.log(
    `${times} x ${what} at ${places.join(', ')}: ${JSON.stringify(ledger)}; first checkpoint after it: median ${median} ms, longest ${worst} ms`,
  )
  expect(ledger).toMatchObject({ lost: 0, repeated: 0, wrong: 0 })
  expect(ledger.committed).toBeGreaterThan(0)
  if (what !== 'stall') expect(victim.counts['restart']).toBeGreaterThanOrEqual(times)
}

test('200 actors throw, wherever the runtime calls them: 0 lost, 0 repeated', async () => {
  await expectSurvives('throw', ['process', 'snapshot', 'storing', 'complete', 'committed'], 200)
})

test('50 threads end: within a batch, at a barrier, while chunks are being stored, while sinks commit: 0 lost, 0 repeated', async () => {
  await expectSurvives('exit', ['process', 'snapshot', 'storing', 'complete', 'committed'], 50)
})

test('threads run out of their heap: 0 lost, 0 repeated', async () => {
  await expectSurvives('heap', ['process', 'snapshot'], 4)
})

test('a thread never returns: it is replaced; 0 lost, 0 repeated', async () => {
  await expectSurvives('loop', ['process'], 1)
})

test('a sink that stands still holds the job up, and nothing else: 0 lost, 0 repeated', async () => {
  await expectSurvives('stall', ['process', 'complete'], 4)
})
