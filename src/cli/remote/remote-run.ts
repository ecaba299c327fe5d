import { request } from 'node:http'
import { type FoundRun, registeredRuns, removeRegistration } from '../../app/registry/registered-runs.ts'
import { MillraceError, type ErrorCode, ERROR_CODES } from '../../errors.ts'
import { plural } from '../quantities.ts'
import { UsageError } from '../usage-error.ts'

/** Time for a run to answer what it knows; its control thread may be behind a long collection. */
const ANSWER_MS = 10_000
/** A savepoint of much state takes its time. */
const WORK_MS = 15 * 60_000
const NOBODY: readonly (string | undefined)[] = ['ECONNREFUSED', 'ENOENT', 'ENOTSOCK']

/** Nobody answers for it any more. */
export class RunGone extends MillraceError {
  constructor(run: FoundRun) {
    super('MR_RUN_ENDED', `${run.job} (process ${run.pid}) is not there any more`)
  }
}

/** The same requests as those of the dashboard, on the socket of a run. */
export class RemoteRun {
  readonly run: FoundRun

  constructor(run: FoundRun) {
    this.run = run
  }

  /** @throws RunGone; MillraceError as the run says it, MR_CALL_TIMEOUT */
  get<T>(path: string): Promise<T> {
    return this.#ask<T>('GET', path, null, ANSWER_MS)
  }

  /** @throws as get() */
  post<T>(path: string, body: Readonly<Record<string, unknown>>): Promise<T> {
    return this.#ask<T>('POST', path, JSON.stringify(body), WORK_MS)
  }

  async #ask<T>(method: string, path: string, body: string | null, timeoutMs: number): Promise<T> {
    try {
      const { status, text } = await this.#send(method, path, body, timeoutMs)
      const answer = JSON.parse(text) as T & { readonly error?: { readonly code: string; readonly message: string } }
      // Health and readiness answer 503 with what there is to say.
      if (answer?.error !== undefined) throw failure(answer.error, status)
      return answer
    } catch (cause) {
      if (!NOBODY.includes((cause as NodeJS.ErrnoException).code)) throw cause
      removeRegistration(this.run)
      throw new RunGone(this.run)
    }
  }

  #send(method: string, path: string, body: string | null, timeoutMs: number): Promise<{ readonly status: number; readonly text: string }> {
    const { socket, token, job, pid } = this.run
    const headers = {
      Host: 'localhost',
      Authorization: `Bearer ${token}`,
      ...(body !== null && { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }),
    }
    return new Promise((resolve, reject) => {
      const sent = request({ socketPath: socket, method, path, headers, agent: false }, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }))
        response.on('error', reject)
      })
      const limit = setTimeout(() => {
        sent.destroy(new MillraceError('MR_CALL_TIMEOUT', `${job} (process ${pid}) does not answer within ${timeoutMs / 1000} s`))
      }, timeoutMs)
      sent.on('error', reject)
      sent.on('close', () => clearTimeout(limit))
      sent.end(body ?? undefined)
    })
  }
}

/**
 * The run that is meant: by the name of its job or the number of its process; without, the only one.
 *
 * @throws UsageError when there is none, or more than one
 */
export function findRun(meant: string | undefined): RemoteRun {
  const runs = registeredRuns()
  const matching = meant === undefined ? runs : runs.filter(({ pid, job }) => String(pid) === meant || job === meant)
  if (matching.length === 1) return new RemoteRun(matching[0]!)
  const described = (some: readonly FoundRun[]): string => some.map(({ job, pid }) => `${job} (process ${pid})`).join(', ')
  if (matching.length > 1)
    throw new UsageError(`${plural(matching.length, 'run')} match: ${described(matching)}`, {
      hint: 'Say which by the number of its process.',
    })
  const what = meant === undefined ? 'no run of this user was found' : `no run "${meant}" was found`
  throw new UsageError(runs.length === 0 ? what : `${what}; there are ${described(runs)}`, {
    hint: 'Found are runs of "millrace run", and of launch(job, { commands: true }).',
  })
}

function failure({ code, message }: { readonly code: string; readonly message: string }, status: number): MillraceError {
  const known = Object.hasOwn(ERROR_CODES, code) ? (code as ErrorCode) : 'MR_UI_REQUEST_REFUSED'
  return new MillraceError(known, known === code ? message : `${message} (${status})`)
}
