import { describe, expect, test } from 'vitest'
import { simulate } from '../../src/testing/index.ts'
import { type Config, type Session, forgetFailure, job, readingOf } from './jobs/process-job.ts'

const DEFAULTS: Config = { count: 3_000, keys: 40, gapMs: 130, failAt: -1 }

/** Sessions as sorting the records of each key gives them: exact, since records come in less disorder than was declared. */
function expected({ count, keys, gapMs }: Config): Session[] {
  const sessions: Session[] = []
  for (let key = 0; key < keys; key++) {
    const mine = Array.from({ length: count }, (_, n) => readingOf(n, keys)).filter((reading) => reading.key === key)
    mine.sort((a, b) => a.at - b.at)
    let open: { from: number; to: number; rows: number[] } | undefined
    for (const { at, n } of mine) {
      if (open !== undefined && at >= open.to) {
        sessions.push({ key, ...open })
        open = undefined
      }
      open ??= { from: at, to: 0, rows: [] }
      open.to = at + gapMs
      open.rows.push(n)
    }
    if (open !== undefined) sessions.push({ key, ...open })
  }
  return sorted(sessions)
}

function sorted(sessions: readonly Session[]): Session[] {
  return sessions
    .map((session) => ({ ...session, rows: [...session.rows].sort((a, b) => a - b) }))
    .sort((a, b) => a.key - b.key || a.from - b.from)
}

async function sessionsOf(config: Config, options: object): Promise<Session[]> {
  forgetFailure()
  const run = await simulate(job, { config, ...options })
  const once = new Map(
    run.outlets['sessions']!.map((session) => [`${(session as Session).key}/${(session as Session).from}`, session as Session]),
  )
  return sorted([...once.values()])
}

/** The cache has room for a few keys, so that nearly all are fetched. */
const BACKENDS = [['memory', 'memory'] as const, ['lmdb', { type: 'lmdb', cacheBytes: 2048 }] as const]

describe.each(BACKENDS)('a keyed actor with state and event-time timers (%s)', (_, backend) => {
  test('gives the sessions that sorting gives, with any number of workers', async () => {
    for (const workers of [1, 2, 3]) {
      expect(await sessionsOf(DEFAULTS, { seed: workers, workers, backend })).toEqual(expected(DEFAULTS))
    }
  })

  test('gives the same after a crash', async () => {
    for (const seed of [4, 5, 6]) {
      const config = { ...DEFAULTS, failAt: 2_000 }
      expect(await sessionsOf(config, { seed, workers: 2, checkpointIntervalMs: 3, batchRecords: 64, backend })).toEqual(expected(config))
    }
  })
})
