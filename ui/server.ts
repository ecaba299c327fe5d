import type { LogEntry } from '../src/ui/run-log.ts'
import type { JobPicture } from '../src/ui/job-picture.ts'
import type { Picture, Point } from '../src/ui/picture.ts'

/** What the server sends first. */
export interface Begin {
  readonly job: JobPicture
  readonly points: readonly Point[]
  readonly log: readonly LogEntry[]
  readonly picture: Picture | null
}

export interface Told {
  begin(begin: Begin): void
  job(job: JobPicture): void
  picture(picture: Picture): void
  log(entry: LogEntry): void
  /** Whether the server is there. */
  connected(connected: boolean): void
}

const token = new URLSearchParams(location.search).get('token') ?? ''

/** Follows the run; the browser connects again by itself, and `begin` comes anew then. */
export function follow(told: Told): () => void {
  const events = new EventSource(`api/events?token=${token}`)
  const data = <T>(event: Event): T => JSON.parse((event as MessageEvent<string>).data) as T
  events.addEventListener('begin', (event) => told.begin(data<Begin>(event)))
  events.addEventListener('job', (event) => told.job(data<JobPicture>(event)))
  events.addEventListener('picture', (event) => told.picture(data<Picture>(event)))
  events.addEventListener('log', (event) => told.log(data<LogEntry>(event)))
  events.addEventListener('open', () => told.connected(true))
  events.addEventListener('error', () => told.connected(false))
  return () => events.close()
}

/** Asks for something to be done. Rejects with what the server says. */
export async function ask<T>(what: 'savepoint' | 'rescale' | 'stop', body: object = {}): Promise<T> {
  const response = await fetch(`api/${what}`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })
  const answer = (await response.json()) as T & { readonly error?: { readonly message: string } }
  if (!response.ok) throw new Error(answer.error?.message ?? `The server answered ${response.status}`)
  return answer
}
