import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type LaunchOptions, type Run, launch } from '../../../src/index.ts'
import { temporaryDir } from '../../engine/run-job.ts'
import { unpackState } from '../../storage/state-fixture.ts'
import ledger, { type Entry, type LedgerConfig } from './ledger-job.ts'

type Options = LaunchOptions<LedgerConfig>

const hasty = { workers: 2, checkpointIntervalMs: Infinity } as const
const ACCOUNTS = 10

/** Pushes one entry of 1 cent for each account, `rounds` times, and gives the last balance of each. */
async function balancesAfter(run: Run, rounds: number): Promise<Record<string, number>> {
  const balances: Record<string, number> = {}
  const wanted = rounds * ACCOUNTS
  const read = (async () => {
    let got = 0
    for await (const { account, cents } of run.outlet('out') as AsyncIterable<Entry>) {
      balances[account] = cents
      if (++got === wanted) return
    }
  })()
  for (let round = 0; round < rounds; round++)
    for (let a = 0; a < ACCOUNTS; a++) await run.inlet<Entry>('entries').push({ account: `a${a}`, cents: 1 })
  await read
  return balances
}

const all = (cents: number): Record<string, number> => Object.fromEntries(Array.from({ length: ACCOUNTS }, (_, a) => [`a${a}`, cents]))

test('a savepoint is a directory of its own, from which other versions of the job begin, by the names of operators', async () => {
  const dir = temporaryDir()
  const savepoint = join(dir, 'savepoint')
  const first = await launch(ledger, { ...hasty, stateDir: join(dir, 'first') })
  expect(await balancesAfter(first, 5)).toEqual(all(5))
  const written = await first.savepoint(savepoint)
  expect(written).toMatchObject({ dir: savepoint, id: 1 })
  expect(statSync(savepoint).mode & 0o777).toBe(0o700)
  expect(await balancesAfter(first, 2)).toEqual(all(7))
  await expect(first.savepoint(savepoint)).rejects.toMatchObject({ code: 'MR_STATE_DIR_INVALID' })
  // The run goes on, and its own checkpoints with it.
  expect((await first.checkpoint()).id).toBeGreaterThan(1)
  await first.stop()

  const options: Options = { ...hasty, stateDir: join(dir, 'second'), from: savepoint, config: { shape: 'added' } }
  const second = await launch(ledger, options)
  expect(await balancesAfter(second, 1)).toEqual(all(6))
  await second.stop()
  // The same command again goes on where it was.
  const again = await launch(ledger, options)
  expect(await balancesAfter(again, 1)).toEqual(all(7))
  await again.stop()

  // What is not matched is refused, unless that is permitted.
  const renamed: Options = { ...hasty, from: savepoint, config: { shape: 'renamed' } }
  await expect(launch(ledger, renamed)).rejects.toMatchObject({ code: 'MR_STATE_INCOMPATIBLE' })
  const without = await launch(ledger, { ...renamed, allowRemovedState: true })
  expect(await balancesAfter(without, 1)).toEqual(all(1))
  await without.stop()
  // Whoever holds checkpoints of its own does not lose them for a savepoint.
  await expect(launch(ledger, { ...options, stateDir: join(dir, 'first') })).rejects.toMatchObject({ code: 'MR_STATE_DIR_INVALID' })
  await expect(launch(ledger, { ...hasty, stateDir: savepoint })).rejects.toMatchObject({ code: 'MR_STATE_DIR_INVALID' })
  await expect(launch(ledger, { ...hasty, from: join(dir, 'nothing') })).rejects.toMatchObject({ code: 'MR_STATE_MISSING' })
  expect(readdirSync(savepoint)).toEqual(['checkpoints'])
  expect(existsSync(join(dir, 'nothing'))).toBe(false)
})

test('in its own directory, too, a job is matched by names when its operators change', async () => {
  const dir = temporaryDir()
  const options: Options = { ...hasty, stateDir: join(dir, 'state') }
  const first = await launch(ledger, options)
  expect(await balancesAfter(first, 3)).toEqual(all(3))
  await first.stop()
  await expect(launch(ledger, { ...options, config: { shape: 'unnamed' } })).rejects.toThrow(/"balances".*there is no such operator/)
  await expect(launch(ledger, { ...options, config: { shape: 'other-kind' } })).rejects.toThrow(/kind scan and is of kind reduce/)
  const added = await launch(ledger, { ...options, config: { shape: 'added' } })
  expect(await balancesAfter(added, 1)).toEqual(all(4))
  await added.stop()
  await expect(launch(ledger, options)).rejects.toThrow(/"counts"/)
  const back = await launch(ledger, { ...options, allowRemovedState: true })
  expect(await balancesAfter(back, 1)).toEqual(all(5))
  await back.stop()
})

test('a state directory that release 0.1.0 wrote is gone on from, also by another number of workers', async () => {
  const stateDir = unpackState(temporaryDir())
  const run = await launch(ledger, { ...hasty, workers: 3, stateDir })
  expect(run.inlet('entries').committed).toBe(5 * ACCOUNTS)
  expect(await balancesAfter(run, 1)).toEqual(all(6))
  await run.stop()
})
