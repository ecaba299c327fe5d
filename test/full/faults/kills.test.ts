import { mkdirSync, watch } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { Prng } from '../../../src/core/prng.ts'
import { audit, lookAt } from '../../faults/ledger.ts'
import type { Where } from '../../faults/orders.ts'
import { Victim } from '../../faults/victim.ts'
import { temporaryDir } from '../../sinks/temporary-dir.ts'

const chance = new Prng(Number(process.env['MILLRACE_TEST_SEED'] ?? 1))
const ROWS_PER_SECOND = 3_000

/** Launches the job again and again, each time killed in another way, with another number of workers; then drains it and counts. */
async function expectSurvives(
  ways: readonly ((victim: Victim, dir: string) => Promise<void>)[],
  workersOf: (i: number) => number,
): Promise<void> {
  const dir = temporaryDir()
  mkdirSync(join(dir, 'state'), { recursive: true })
  for (const [i, way] of ways.entries()) {
    const victim = new Victim({
      dir,
      stateDir: join(dir, 'state'),
      rowsPerSecond: ROWS_PER_SECOND,
      workers: workersOf(i),
      checkpointIntervalMs: 15,
    })
    await way(victim, dir)
    expect(await victim.ended).toMatchObject({ outcome: 'killed' })
    expect(lookAt(dir)).toMatchObject({ repeated: 0 })
  }
  const last = new Victim({ dir, stateDir: join(dir, 'state'), rowsPerSecond: ROWS_PER_SECOND, workers: workersOf(ways.length) })
  await last.started()
  await last.checkpoints(1)
  expect(await last.stop(true)).toMatchObject({ outcome: 'finished' })
  const ledger = audit(dir)
  console.log(`${ways.length} kills: ${JSON.stringify(ledger)}`)
  expect(ledger).toMatchObject({ lost: 0, repeated: 0, wrong: 0 })
  expect(ledger.committed).toBeGreaterThan(0)
}

const two = (): number => 2

test('kill -9 at 30 random instants: 0 lost, 0 repeated', async () => {
  const ways = Array.from({ length: 30 }, () => async (victim: Victim) => {
    if (chance.nextInt(4) > 0) await victim.started()
    await sleep(chance.nextInt(300))
    victim.kill()
  })
  await expectSurvives(ways, two)
})

const at =
  (where: Where) =>
  async (victim: Victim): Promise<void> => {
    await victim.started()
    await victim.checkpoints(1)
    victim.order('kill', where, 1 + chance.nextInt(3))
  }

/** Kills when something in a directory changes. */
const whenChanged =
  (path: string) =>
  async (victim: Victim, dir: string): Promise<void> => {
    await victim.started()
    await victim.checkpoints(1)
    const watcher = watch(join(dir, path), () => victim.kill())
    await victim.ended
    watcher.close()
  }

const STEPS = {
  'before the snapshot': at('snapshot'),
  'while chunks are on their way': at('storing'),
  'while the checkpoint is written': whenChanged('state/checkpoints'),
  'when it is complete, before sinks commit': at('complete'),
  'while sinks rename their files': whenChanged('steps'),
  'behind the commit': at('committed'),
}

test.each(Object.entries(STEPS))('kill -9, five times, %s: 0 lost, 0 repeated', async (_, way) => {
  await expectSurvives(
    Array.from({ length: 5 }, () => way),
    two,
  )
})

test('killed and resumed with 2, 4, 1 and 3 workers: 0 lost, 0 repeated', async () => {
  const way = async (victim: Victim): Promise<void> => {
    await victim.started()
    await victim.checkpoints(3)
    victim.kill()
  }
  await expectSurvives([way, way, way], (i) => [2, 4, 1, 3][i]!)
})
