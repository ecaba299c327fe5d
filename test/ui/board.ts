import { request } from 'node:http'
import { onTestFinished } from 'vitest'
import type { RunStats } from '../../src/control/protocol.ts'
import { MillraceError } from '../../src/errors.ts'
import { type Job, defineJob } from '../../src/graph/job.ts'
import { planJob } from '../../src/graph/plan.ts'
import { RunLog } from '../../src/ui/run-log.ts'
import { type CheckedUiOptions, type UiOptions, checkUiOptions } from '../../src/ui/ui-options.ts'
import { UiService } from '../../src/ui/ui-service.ts'

/** A dashboard without a run behind it. */
export interface Board {
  readonly port: number
  readonly token: string
  readonly log: RunLog
  /** What was asked of the run. */
  readonly asked: string[]
  /** Makes the next savepoint fail. */
  fails: boolean
}

/** @param checked in place of the options: for what no option says */
export async function board(options: UiOptions = {}, checked?: CheckedUiOptions): Promise<Board> {
  const job = defineJob(import.meta, {
    name: 'counted',
    build: ({ source, sink }) => {
      source
        .generate('numbers', { count: 10, make: (n) => ({ parity: n % 2 }) })
        .keyBy('parity')
        .count()
        .toStream({ emit: 'final' })
        .to(sink.forEach(() => {}))
    },
  }) as Job
  const plan = planJob(await job.buildGraph(undefined), { workers: 2, chaining: 'on' })
  const log = new RunLog({ nowMs: () => 1_700_000_000_000 })
  const asked: string[] = []
  const service = new UiService(
    {
      plan,
      options: { mailboxBytes: 1024 * 1024, workers: 2 },
      log,
      stats: async () => STATS,
      checkpoint: async () => ({ id: 7 }),
      savepoint: async (dir) => {
        if (made.fails) throw new MillraceError('MR_STATE_DIR_INVALID', 'There is something already')
        asked.push(`savepoint ${dir}`)
        return { id: 7, dir, bytes: 100 }
      },
      rescale: async (operator, instances) => {
        if (instances > 9) throw new MillraceError('MR_RESCALE_IMPOSSIBLE', 'There are fewer key groups')
        asked.push(`rescale ${operator} ${instances}`)
        return { operator, instances, before: 2, checkpoint: 7, pauseMs: 3, movedBytes: 50 }
      },
      stop: (drain) => void asked.push(drain ? 'drain' : 'stop'),
    },
    checked ?? checkUiOptions({ savepoints: '/savepoints', ...options }),
  )
  onTestFinished(() => service.close())
  const made: Board = { ...(await service.listen()), log, asked, fails: false }
  return made
}

const phases = { barriersMs: 1, encodeMs: 1, storeMs: 1, commitMs: 1 }
const LATEST = { id: 6, tookMs: 4, alignmentMs: 0, bytes: 100, newBytes: 50, phases }

const STATS: RunStats = {
  attempt: 1,
  state: 'running',
  checkpoint: 6,
  restarts: 0,
  actorRestarts: 0,
  checkpoints: { completed: 6, failed: 0, skipped: 0, ageMs: 5, latest: LATEST },
  bottleneck: null,
  hotKeys: [{ operator: 'numbers', samples: 100, keys: [{ key: 10n, share: 0.5, error: 0.01 }] }],
  balance: null,
  workers: [
    {
      worker: 0,
      heapBytes: 1000,
      externalBytes: 10,
      elapsedMs: 10,
      busyMs: 1,
      blockedMs: 0,
      busyShare: 0.1,
      blockedShare: 0,
      actors: [
        {
          id: 0,
          name: 'numbers (1/2)',
          recordsIn: 5,
          recordsOut: 5,
          outputs: [5],
          watermarkMs: 1_700_000_000_000,
          busyMs: 1,
          blockedMs: 0,
          busyShare: 0.1,
          blockedShare: 0,
          mailboxBytes: 0,
          mailboxShare: null,
          priority: 0,
          keys: [],
          state: 'running',
          badRecords: [{ operator: 'numbers', skipped: 1, deadLettered: 2 }],
          latency: [{ source: 'numbers', count: 1, p50Ms: 1, p99Ms: 2, maxMs: 2, recent: { p50Ms: 1, p99Ms: 2 } }],
          progress: null,
        },
      ],
    },
  ],
}

export interface Said {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

/** One request; the path goes out as it is. With the token, unless headers say otherwise. */
export function say(
  { port, token }: Pick<Board, 'port' | 'token'>,
  line: string,
  { headers = {}, body }: { readonly headers?: Readonly<Record<string, string>>; readonly body?: string } = {},
): Promise<Said> {
  const [method, path] = line.split(' ')
  const given = { Authorization: `Bearer ${token}`, ...(body !== undefined && { 'Content-Type': 'application/json' }), ...headers }
  return new Promise((resolve, reject) => {
    const asking = request({ port, host: '127.0.0.1', method, path, headers: given, agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => (text += part))
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, text }))
    })
    asking.on('error', reject)
    asking.end(body)
  })
}
