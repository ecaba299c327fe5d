/** State larger than memory, with real threads and processes. */
import { type ChildProcess, spawn } from 'node:child_process'
import { platform } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { temporaryDir } from '../../engine/run-job.ts'
import type { Counted } from './jobs/counted-job.ts'
import { WINDOW_ROUNDS } from './jobs/windowed-job.ts'

const MIB = 1024 * 1024

/** Runs a script of this folder; `onLine` sees what it prints. */
async function child(script: string, args: readonly string[], onLine: (line: unknown, child: ChildProcess) => void): Promise<void> {
  const path = fileURLToPath(new URL(`./${script}.js`, import.meta.url))
  const started = spawn(process.execPath, [path, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const lines = createInterface({ input: started.stdout })
  lines.on('line', (line) => onLine(JSON.parse(line), started))
  await Promise.all([new Promise((resolve) => started.on('close', resolve)), new Promise((resolve) => lines.on('close', resolve))])
}

test.runIf(platform() === 'linux')('400 MB of state with 8 MiB of cache: memory stays where it was', { timeout: 900_000 }, async () => {
  const samples: { share: number; mib: number }[] = []
  const config = { keys: 200_000, chars: 2_000, rounds: 2 }
  await child('large-process', [JSON.stringify(config), String(8 * MIB)], (sample) => samples.push(sample as never))
  // One more may come before the process is gone.
  expect(samples.at(-1)!.share).toBeGreaterThanOrEqual(1)
  // In the heaps of the workers, which may be of 96 MiB each, there is no room for it; nor anywhere else.
  expect(Math.max(...samples.map(({ mib }) => mib)) - samples[0]!.mib).toBeLessThan(250)
})

/** Runs a job of this folder, kills its process with one of its first checkpoints, goes on with another number of workers, on either backend, to its end. */
async function killedAgainAndAgain(
  job: string,
  config: object,
  outlets: readonly string[],
  onRecord: (outlet: string, record: unknown) => void,
): Promise<void> {
  const stateDir = join(temporaryDir(), 'state')
  const lmdb = { type: 'lmdb', cacheBytes: 64 * 1024 }
  let done = false
  let lives = 0
  for (; !done && lives < 40; lives++) {
    // The first one precedes the first record, so each life gets somewhere.
    const checkpointsMax = lives < 6 ? 2 : Infinity
    let checkpoints = 0
    const backend = lives % 4 === 3 ? 'memory' : lmdb
    const args = [job, stateDir, String(1 + (lives % 3)), JSON.stringify(config), JSON.stringify(backend), JSON.stringify(outlets)]
    await child('killed-process', args, (line, running) => {
      const { outlet, record, notice, done: ended } = line as { outlet?: string; record?: unknown; notice?: string; done?: boolean }
      if (outlet !== undefined) onRecord(outlet, record)
      if (ended === true) done = true
      if (notice === 'checkpoint' && ++checkpoints === checkpointsMax) running.kill('SIGKILL')
    })
  }
  expect(done).toBe(true)
  expect(lives).toBeGreaterThan(1)
}

test('kill -9 again and again, on either backend: every count is exact', { timeout: 900_000 }, async () => {
  const config = { keys: 3_000, rounds: 40, rowsPerSecond: 40_000 }
  const counted = new Map<number, Counted>()
  await killedAgainAndAgain('counted-job', config, ['counted'], (_, record) => {
    const one = record as Counted
    counted.set(one.key, one)
  })
  expect(counted.size).toBe(config.keys)
  for (const { key, ...counts } of counted.values()) {
    let inList = 0
    for (let n = key; n < config.keys * config.rounds; n += config.keys) if (n % 10 < 3) inList++
    expect(counts, `key ${key}`).toEqual({ count: config.rounds, inList, inMap: config.rounds, scanned: config.rounds })
  }
})

test('kill -9 again and again, on either backend: windows and joins have every record once', { timeout: 900_000 }, async () => {
  const config = { keys: 3_000, rounds: 24, rowsPerSecond: 30_000 }
  const came: Record<string, Set<string>> = { lists: new Set(), sums: new Set(), pairs: new Set() }
  await killedAgainAndAgain('windowed-job', config, Object.keys(came), (outlet, record) => came[outlet]!.add(record as string))
  const { keys, rounds } = config
  const expected: Record<string, Set<string>> = { lists: new Set(), sums: new Set(), pairs: new Set() }
  for (let key = 0; key < keys; key++) {
    for (let round = 0; round < rounds; round += WINDOW_ROUNDS) {
      const its = Array.from({ length: WINDOW_ROUNDS }, (_, i) => key + (round + i) * keys)
      expected['lists']!.add(`${key} ${round * keys} ${its.join()}`)
      expected['sums']!.add(`${key} ${round * keys} ${its.reduce((sum, n) => sum + n, 0)}`)
    }
    for (let n = key; n + keys < keys * rounds; n += keys) expected['pairs']!.add(`${n} ${n + keys}`)
  }
  expect(came).toEqual(expected)
})
