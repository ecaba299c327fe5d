import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { job, jsonLines, millrace, temporaryDir } from './spawn-command.ts'

const workers = ['--workers', '2']

test('records of all outlets come on standard output as JSON lines that name their outlet, and the run exits with 0', async () => {
  const { exitCode, stdout, stderr } = await millrace(['run', job('orders'), ...workers])
  const lines = jsonLines(stdout)
  const shops = lines.filter(({ outlet }) => outlet === 'perShop').map(({ record }) => record as { key: string; cents: number })
  expect(shops.map(({ key }) => key).sort()).toEqual(Array.from({ length: 7 }, (_, n) => `shop ${n}`))
  expect(shops.reduce((sum, { cents }) => sum + cents, 0)).toBe((999 * 1000) / 2)
  expect(lines.filter(({ outlet }) => outlet === 'top')).toEqual([{ outlet: 'top', record: { shop: 'shop 5', cents: 999 } }])
  expect(lines).toHaveLength(8)
  expect(stderr).toMatch(/^orders runs on 2 workers .*\nfinished after \d+:\d\d\n$/)
  expect(exitCode).toBe(0)
})

test('--outlet prints the bare records of that outlet', async () => {
  const { exitCode, stdout } = await millrace(['run', job('orders'), ...workers, '--outlet', 'top'])
  expect(jsonLines(stdout)).toEqual([{ shop: 'shop 5', cents: 999 }])
  expect(exitCode).toBe(0)
})

test('--no-outlets prints nothing and reads all the same, so that the job ends', async () => {
  const { exitCode, stdout } = await millrace(['run', job('orders'), ...workers, '--no-outlets', '--config', 'count=300000'])
  expect(stdout).toBe('')
  expect(exitCode).toBe(0)
})

test('--config goes through the schema, dots lead into objects, and it wins over --config-file', async () => {
  const file = join(temporaryDir(), 'config.json')
  writeFileSync(file, JSON.stringify({ count: 7, limits: { minCents: 999 } }))
  const both = await millrace(['run', job('orders'), ...workers, '--config-file', file, '--config', 'count=3000', '--outlet', 'top'])
  expect(jsonLines(both.stdout)).toHaveLength(3)
  const nested = await millrace(['run', job('orders'), ...workers, '--config', 'limits.minCents=2000'])
  expect(nested.stdout).toBe('')
})

test('--json tells everything as one event a line', async () => {
  const { exitCode, stderr } = await millrace(['run', job('slow'), ...workers, '--json', '--config', 'count=4000'])
  const events = jsonLines(stderr)
  expect(events[0]).toMatchObject({ event: 'started', job: 'slow', workers: 2 })
  expect(events.at(-1)).toMatchObject({ event: 'ended', outcome: 'finished', restarts: 0 })
  const progress = events.filter(({ event }) => event === 'progress')
  expect(progress.length).toBeGreaterThan(0)
  expect(progress[0]).toMatchObject({ job: 'slow', attempt: 1, tasks: [{ name: 'numbers' }, { name: 'slow > end', actors: 2 }] })
  const shares = progress.map(({ share }) => share as number)
  expect(shares.every((share) => share >= 0 && share <= 1)).toBe(true)
  expect(shares).toEqual(shares.toSorted((a, b) => a - b))
  expect(exitCode).toBe(0)
})

test('a second run goes on from the state directory, --fresh begins anew', async () => {
  const state = join(temporaryDir(), 'state')
  const stopSoon = (text: string, command: { signal(name: NodeJS.Signals): void }): void => {
    if (text.includes('"event":"checkpoint"') && !text.includes('"event":"stopping"')) command.signal('SIGTERM')
  }
  const paced = [
    'run',
    job('paced'),
    '--workers',
    '1',
    '--json',
    '--state',
    state,
    '--checkpoint-interval',
    '200',
    '--checkpoint-timeout',
    '30000',
    '--checkpoint-min-pause',
    '0',
    '--checkpoint-failures',
    '3',
  ]
  // Far more than it can do until it is stopped, however late that is.
  const first = await millrace([...paced, '--config', 'count=1e9'], { onStderr: stopSoon })
  expect(first.exitCode).toBe(130)
  expect(readdirSync(state)).not.toEqual([])
  const second = await millrace(paced)
  expect(second.exitCode).toBe(0)
  // What precedes the checkpoint counts.
  const shares = jsonLines(second.stderr)
    .filter(({ event }) => event === 'progress')
    .map(({ share }) => share)
  expect(shares.every((share) => typeof share === 'number' && share > 0)).toBe(true)
  const third = await millrace([...paced, '--fresh'])
  expect(third.exitCode).toBe(0)
  expect(
    jsonLines(third.stderr)
      .filter(({ event }) => event === 'progress')
      .some(({ share }) => share !== null),
  ).toBe(true)
})
