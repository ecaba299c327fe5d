import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'

const command = fileURLToPath(new URL('../../../examples/flights/main.js', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'flights-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Runs the command to its end; `watch` sees standard error as it grows. */
function runJob(args: readonly string[], watch: (err: string, kill: () => void) => void = () => {}): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [command, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    let out = ''
    let err = ''
    child.stdout.on('data', (data) => (out += data))
    child.stderr.on('data', (data) => {
      err += data
      watch(err, () => child.kill('SIGKILL'))
    })
    child.on('close', (code) => resolve({ code, out, err }))
  })
}

const folders = (name: string): string[] => ['--state', join(folder, name, 'state'), '--results', join(folder, name, 'results')]

/** Result files with their lines sorted: keys are spread over workers, so the order of rows is not fixed. */
function resultsOf(name: string): Record<string, string[]> {
  const path = join(folder, name, 'results')
  return Object.fromEntries(
    readdirSync(path)
      .sort()
      .map((file) => [file, readFileSync(join(path, file), 'utf8').trim().split('\n').sort()]),
  )
}

/** All that is printed but the path of the results. */
const report = (out: string): string => out.replace(/^All rows are in .*$/m, '')

const TABLES = { carriers: 16, hours: 24, routes: 224, weather: 15, total: 1 }
const TOTAL = 'Total: 665,297 events, 6,409,374 minutes of delay, checksum 1429636937129967\nConfirmed:'

describe('npm start', { timeout: 120_000 }, () => {
  let plain: Ended

  test('tells how far it is, shows four tables and a confirmed total, and writes all rows', async () => {
    plain = await runJob([...folders('plain'), '--workers', '2'])
    expect(plain.err).toMatch(/^ +\d+ % · [\d,]+ of 665,297 events\n/)
    expect(plain.code).toBe(0)
    for (const title of ['Delay by carrier', 'Delay by route', 'Busiest hours', "Delay against the hour's weather"]) {
      expect(plain.out).toContain(title)
    }
    expect(plain.out).toContain(TOTAL)
    const rows = Object.entries(resultsOf('plain')).map(([file, lines]) => [file, lines.length])
    const expected = Object.entries(TABLES).flatMap(([table, count]) => [
      [`${table}.csv`, count + 1],
      [`${table}.jsonl`, count],
    ])
    expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(expected))
  })

  test('finds the same with three workers, after an actor has crashed midway', async () => {
    const crashed = await runJob([...folders('crash'), '--crash', '--workers', '3'])
    expect(crashed.err).toMatch(/^restarting as attempt 2 .*--crash: thrown at the first event after 2013-07-02T12:00:00.000Z/m)
    expect([crashed.code, report(crashed.out)]).toEqual([0, report(plain.out)])
    expect(resultsOf('crash')).toEqual(resultsOf('plain'))
  })

  test('goes on from the last checkpoint after kill -9, to the same result', async () => {
    const killed = await runJob([...folders('kill'), '--rate', '60000', '--workers', '2'], (err, kill) => {
      if (/^ *[4-9]\d %/m.test(err)) kill()
    })
    expect(killed.code).toBeNull()
    const resumed = await runJob([...folders('kill'), '--workers', '2'])
    expect(Number(/^ *(\d+) %/.exec(resumed.err)?.[1])).toBeGreaterThan(5)
    expect([resumed.code, report(resumed.out)]).toEqual([0, report(plain.out)])
    expect(resultsOf('kill')).toEqual(resultsOf('plain'))
  })

  test('explains itself, and refuses wrong options in one line', async () => {
    expect((await runJob(['--help'])).out).toContain('usage: npm start -- [options]')
    const wrong = await runJob(['--workers', 'many'])
    expect(wrong).toEqual({
      code: 2,
      out: '',
      err: '--workers takes a whole number from 1 to 256, not "many" (--help lists the options)\n',
    })
  })
})
