import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Prng } from '../../../src/core/prng.ts'
import { temporaryDir } from '../../engine/run-job.ts'
import { type JobProcess, jobProcess, killAtRandom, killedAndEnded } from './job-in-process.ts'
import { KEYS, type PostgresConfig } from './jobs/postgres-job.ts'
import { type PostgresServer, startPostgres } from './postgres-server.ts'

const chance = new Prng(Number(process.env['MILLRACE_TEST_SEED'] ?? 1))
const COUNT = 12_000
let server: PostgresServer | null = null
let skipped = ''

beforeAll(async () => {
  const started = await startPostgres()
  if ('skipped' in started) skipped = started.skipped
  else server = started
})
afterAll(() => server?.stop())

/** Kills the job in these ways, one after the other; then lets it end, and compares what is in the tables. */
async function expectExact(ways: readonly ((config: PostgresConfig, stateDir: string) => Promise<string | null>)[]): Promise<void> {
  const { sql, connection } = server!
  await sql`DROP TABLE IF EXISTS numbers, newest, millrace_transactions`
  await sql`CREATE TABLE numbers (n int, text text, part double precision, at timestamptz DEFAULT now())`
  await sql`CREATE TABLE newest (key int PRIMARY KEY, n int)`
  const stateDir = join(temporaryDir(), 'state')
  const config = { connection, count: COUNT, rowsPerSecond: 400 }
  const last = (): JobProcess => jobProcess('postgres-job', { stateDir, config: { ...config, rowsPerSecond: 1e9 } })
  console.log(
    `${await killedAndEnded(
      ways.map((way) => () => way(config, stateDir)),
      last,
    )} kills`,
  )
  // A job that is killed when it has finished begins anew, under another name.
  const ids = await sql<{ id: string }[]>`SELECT id FROM millrace_transactions`
  const runs = new Set(ids.map(({ id }) => id.split('-').slice(0, -2).join('-'))).size
  const rows = await sql<{ n: number; text: string; part: number }[]>`SELECT n, text, part FROM numbers ORDER BY n`
  expect(rows.map(({ n }) => n)).toEqual(Array.from({ length: COUNT * runs }, (_, i) => Math.floor(i / runs)))
  expect(rows.every(({ n, text, part }) => text === `it's "${n}" \\` && part === n / 4)).toBe(true)
  const newest = await sql<{ key: number; n: number }[]>`SELECT key, n FROM newest ORDER BY key`
  const expected = Array.from({ length: KEYS }, (_, key) => ({ key, n: COUNT - KEYS + key }))
  expect([...newest]).toEqual(expected.filter(({ n }) => n % 7 !== 0))
}

test('killed at 20 random instants: every row once, and the newest of each key', async ({ skip }) => {
  if (server === null) return skip(skipped)
  const ways = Array.from(
    { length: 20 },
    (_, i) => (config: PostgresConfig, stateDir: string) =>
      killAtRandom(jobProcess('postgres-job', { stateDir, config, workers: 1 + (i % 3) }), chance),
  )
  await expectExact(ways)
})

test('killed before and after the commit of a complete checkpoint: every row once', async ({ skip }) => {
  if (server === null) return skip(skipped)
  const dir = temporaryDir()
  const ways = (['before', 'after', 'before', 'after', 'before'] as const).map((where, i) => (config: PostgresConfig, stateDir: string) => {
    const kill = { where, marker: join(dir, `killed-${i}`), calls: 1 + chance.nextInt(2) }
    return jobProcess('postgres-job', { stateDir, config: { ...config, kill } }).ended
  })
  await expectExact(ways)
})
