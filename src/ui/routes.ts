import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { jsonText } from '../core/json-text.ts'
import { Refused } from './access.ts'
import type { EventStreams } from './event-streams.ts'
import type { Lookout } from './lookout.ts'
import { openApi } from './open-api.ts'
import { PAGE_FILES, type PageFile, readPageFile } from './page-files.ts'
import { fieldsOf, readBody } from './requests.ts'
import type { UiSubject } from './subject.ts'

/** What routes answer from. */
export interface Served {
  readonly subject: UiSubject
  readonly lookout: Lookout
  readonly streams: EventStreams
  readonly token: string
  /** Directory of savepoints, absolute. */
  readonly savepoints: string
}

export interface Answered {
  readonly status?: number
  readonly type: string
  readonly text: string
}

/** Answers, or takes the response over (null). */
type Route = (served: Served, request: IncomingMessage, response: ServerResponse) => Promise<Answered | null>

/** By method and path. Paths are compared whole: there is nothing to traverse. */
export const ROUTES: Readonly<Record<string, Route>> = {
  'GET /': ({ token }) => page('index.html', token),
  'GET /page.js': () => page('page.js'),
  'GET /page.css': () => page('page.css'),
  'GET /api/job': async ({ lookout }) => json(lookout.job),
  'GET /api/status': async ({ lookout }) => {
    await lookout.look()
    return json(lookout.latest)
  },
  'GET /api/points': async ({ lookout }) => json(lookout.points),
  'GET /api/log': async ({ subject }) => json(subject.log.entries),
  'GET /api/stats': async ({ subject }) => json(await subject.stats()),
  'GET /api/events': async ({ streams, lookout, subject }, _, response) => {
    streams.add(response, 'begin', { job: lookout.job, points: lookout.points, log: subject.log.entries, picture: lookout.latest })
    return null
  },
  'POST /api/checkpoint': async ({ subject }, request) => {
    fieldsOf(await readBody(request), {})
    return json(await subject.checkpoint())
  },
  'POST /api/savepoint': async ({ subject, savepoints }, request) => {
    const { name = nameOf(subject.plan.graph.jobName) } = fieldsOf(await readBody(request), { name: 'string' })
    const report = await subject.savepoint(join(savepoints, checkedName(name)))
    subject.log.add({ type: 'savepoint', checkpoint: report.id, dir: report.dir, bytes: report.bytes })
    return json(report)
  },
  'POST /api/rescale': async ({ subject }, request) => {
    const { operator, instances } = fieldsOf(await readBody(request), { operator: 'string', instances: 'number' })
    if (operator === undefined || instances === undefined) throw new Refused(400, 'operator and instances are needed')
    return json(await subject.rescale(operator, instances))
  },
  'POST /api/stop': async ({ subject }, request) => {
    const { drain = false } = fieldsOf(await readBody(request), { drain: 'boolean' })
    subject.stop(drain)
    return json({ asked: drain ? 'drain' : 'stop' }, 202)
  },
  'GET /api/openapi.json': async () => json(openApi()),
  'GET /metrics': async ({ subject }) => {
    // Its client is loaded when somebody collects: commands never do.
    const { metricsText } = await import('./metrics.ts')
    const { contentType, text } = await metricsText(subject.plan, await subject.stats())
    return { type: contentType, text }
  },
  'GET /health': async ({ subject }) => {
    const { state, attempt, restarts } = await subject.stats()
    return json({ state, attempt, restarts }, state === 'ended' ? 503 : 200)
  },
  'GET /ready': async ({ subject }) => {
    const { state } = await subject.stats()
    return json({ state }, state === 'running' ? 200 : 503)
  },
}

export function json(value: unknown, status = 200): Answered {
  return { status, type: 'application/json; charset=utf-8', text: jsonText(value) }
}

/** The page has to know the token, since what it loads needs it: files by their addresses, data by a header. */
async function page(file: PageFile, token = ''): Promise<Answered> {
  return { type: PAGE_FILES[file], text: (await readPageFile(file)).replaceAll('{{token}}', token) }
}

function nameOf(job: string): string {
  const plain = job.replaceAll(/[^\w-]/g, '-').slice(0, 40)
  return `${plain === '' || plain.startsWith('-') ? 'job' : plain}-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`
}

/** A name of a directory, not a path: the client does not choose where anything is written. */
function checkedName(name: string): string {
  if (!/^\w[\w.-]{0,99}$/.test(name))
    throw new Refused(400, 'name is up to 100 of A-Z, a-z, 0-9, _, - and ., and begins with none of the last two')
  return name
}
