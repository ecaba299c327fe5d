interface Operation {
  readonly summary: string
  readonly answer: string
  readonly status?: number
  readonly type?: string
  readonly body?: Readonly<Record<string, { readonly type: string; readonly description: string; readonly minimum?: number }>>
  /** Fields of the body that have no default. */
  readonly required?: readonly string[]
  readonly failures?: Readonly<Record<number, string>>
}

const PATHS: Readonly<Record<string, Operation>> = {
  'GET /': { summary: 'The page', answer: 'HTML', type: 'text/html' },
  'GET /page.js': { summary: 'Its script', answer: 'JavaScript', type: 'text/javascript' },
  'GET /page.css': { summary: 'Its style', answer: 'CSS', type: 'text/css' },
  'GET /api/job': { summary: 'Tasks, their operators and the edges between them', answer: 'What stays the same until the layout changes' },
  'GET /api/status': { summary: 'The run now', answer: 'Rates since the look before, shares, the bottleneck; durations in ms' },
  'GET /api/points': { summary: 'What the charts show', answer: 'Points, from old to new' },
  'GET /api/log': {
    summary: 'Checkpoints, restarts with their stacks, savepoints',
    answer: 'Entries, from old to new; the newest ones only',
  },
  'GET /api/stats': { summary: 'Counters of every actor', answer: 'As run.stats() gives them' },
  'GET /api/events': {
    summary: 'Live data as server-sent events',
    answer: 'First `begin` {job, points, log, picture}, then `picture`, `log` and, when the layout changes, `job` as they come',
    type: 'text/event-stream',
    failures: { 503: 'Too many follow already' },
  },
  'POST /api/checkpoint': {
    summary: 'Takes a checkpoint now',
    answer: 'Its id, when it is on disk',
    failures: { 409: 'It could not be completed: MR_CHECKPOINT_FAILED' },
  },
  'POST /api/savepoint': {
    summary: 'Takes a checkpoint and copies it into a new directory below that of savepoints',
    answer: 'Its id, the directory and its bytes',
    body: { name: { type: 'string', description: 'Name of the directory. Default: job and time' } },
    failures: { 409: 'It could not be made: MR_CHECKPOINT_FAILED, MR_STATE_DIR_INVALID' },
  },
  'POST /api/rescale': {
    summary: 'Has an operator, and what is tied to it, run in another number of instances, from a checkpoint on',
    answer: 'Instances before and now, the checkpoint, ms for which sources read nothing, bytes of state that are on another worker now',
    body: {
      operator: { type: 'string', description: 'Its name' },
      instances: { type: 'integer', minimum: 1, description: 'How many' },
    },
    required: ['operator', 'instances'],
    failures: { 409: 'The run goes on as it was: MR_OPTION_INVALID, MR_RESCALE_IMPOSSIBLE, MR_CHECKPOINT_FAILED' },
  },
  'POST /api/stop': {
    summary: 'Ends the run',
    answer: 'It has been asked for; the log tells when it has ended',
    status: 202,
    body: {
      drain: {
        type: 'boolean',
        description: 'Process everything that has been read, and give last results. Default: false, stop behind a checkpoint',
      },
    },
  },
  'GET /api/openapi.json': { summary: 'This document', answer: 'OpenAPI 3.1' },
  'GET /metrics': { summary: 'Metrics for Prometheus', answer: 'Its text format', type: 'text/plain' },
  'GET /health': { summary: 'Whether the run lives', answer: 'It does', failures: { 503: 'It has ended' } },
  'GET /ready': { summary: 'Whether records are being processed', answer: 'They are', failures: { 503: 'It starts, restarts or ends' } },
}

const REFUSALS = {
  400: 'The body is not what it should be',
  401: 'The token is missing or wrong',
  403: 'The Host or Origin is not one of the dashboard',
  405: 'There is another method for it',
  413: 'Too large',
}

/** What the server of a dashboard understands. */
export function openApi(): Readonly<Record<string, unknown>> {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const [route, operation] of Object.entries(PATHS)) {
    const [method, path] = route.split(' ') as [string, string]
    ;(paths[path] ??= {})[method.toLowerCase()] = described(operation)
  }
  return {
    openapi: '3.1.0',
    info: { title: 'millrace', version: '1', description: 'The dashboard of one run. Every request has to know its token.' },
    security: [{ token: [] }],
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: {
        Error: {
          type: 'object',
          required: ['error'],
          properties: {
            error: { type: 'object', required: ['code', 'message'], properties: { code: { type: 'string' }, message: { type: 'string' } } },
          },
        },
      },
    },
    paths,
  }
}

function described({ summary, answer, status = 200, type = 'application/json', body, required, failures = {} }: Operation): unknown {
  const refused = Object.entries({ ...REFUSALS, ...failures }).map(([code, description]) => [
    code,
    { description, content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } } },
  ])
  return {
    summary,
    ...(body && {
      requestBody: {
        required: required !== undefined,
        content: { 'application/json': { schema: { type: 'object', properties: body, required, additionalProperties: false } } },
      },
    }),
    responses: { [status]: { description: answer, content: { [type]: {} } }, ...Object.fromEntries(refused) },
  }
}
