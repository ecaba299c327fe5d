import { readFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Access } from '../../src/ui/access.ts'
import type { Picture } from '../../src/ui/picture.ts'
import { UI_BODY_BYTES_MAX } from '../../src/ui/ui-limits.ts'
import { ROUTES } from '../../src/ui/routes.ts'
import { checkUiOptions } from '../../src/ui/ui-options.ts'
import { board, say } from './board.ts'

const DATA = Object.keys(ROUTES).filter((route) => !/\/(page\.\w+|api\/events)?$/.test(route))

/** Of routes that do nothing without one. */
const BODIES: Readonly<Record<string, { readonly body: string }>> = {
  'POST /api/rescale': { body: '{"operator":"numbers","instances":2}' },
}

test('a request is served to whoever knows the token, by its own name, and from its own page; and to nobody else, on no route', async () => {
  const dashboard = await board()
  const { port } = dashboard
  for (const route of [...Object.keys(ROUTES), 'GET /api/none', 'PUT /api/stop', 'OPTIONS /api/stop']) {
    const refused = [
      [401, { Authorization: '' }],
      [401, { Authorization: 'Bearer wrong' }],
      [401, { Authorization: `Basic ${dashboard.token}` }],
      [403, { Host: 'evil.example' }],
      [403, { Host: `evil.example:${port}` }],
      [403, { Host: `127.0.0.1.evil.example:${port}` }],
      [403, { Host: `127.0.0.1:${port + 1}` }],
      [403, { Host: '127.0.0.1' }],
      [403, { Host: 'localhost' }],
      [403, { Origin: 'http://127.0.0.1' }],
      [403, { Origin: 'http://evil.example' }],
      [403, { Origin: 'null' }],
      [403, { Origin: `http://127.0.0.1:${port}.evil.example` }],
      [403, { Origin: `http://127.0.0.1:${port + 1}` }],
      [403, { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors' }],
      [403, { 'Sec-Fetch-Site': 'same-site', 'Sec-Fetch-Mode': 'cors' }],
    ] as const
    for (const [status, headers] of refused) {
      const answer = await say(dashboard, route, { headers })
      expect([route, headers, answer.status]).toEqual([route, headers, status])
      expect(answer.headers['access-control-allow-origin']).toBeUndefined()
      expect(answer.text).not.toContain(dashboard.token)
    }
  }
  expect(dashboard.asked).toEqual([])
  for (const name of ['127.0.0.1', 'localhost', '[::1]', 'LOCALHOST']) {
    const own = await say(dashboard, 'GET /api/job', { headers: { Host: `${name}:${port}`, Origin: `http://${name}:${port}` } })
    expect(own.status).toBe(200)
  }
})

test('the token of the address serves what a browser fetches by address, and changes nothing', async () => {
  const dashboard = await board()
  const headers = { Authorization: '' }
  expect((await say(dashboard, `GET /api/job?token=${dashboard.token}`, { headers })).status).toBe(200)
  expect((await say(dashboard, `POST /api/stop?token=${dashboard.token}`, { headers })).status).toBe(401)
  expect(dashboard.asked).toEqual([])
})

test('every answer forbids to guess types, to frame it, to keep it, and whatever does not come from here', async () => {
  const dashboard = await board()
  for (const answer of [await say(dashboard, 'GET /api/job'), await say(dashboard, 'GET /', { headers: { Authorization: '' } })]) {
    expect(answer.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    })
    const policy = String(answer.headers['content-security-policy'])
    expect(policy).toContain("default-src 'none'")
    expect(policy).not.toContain('unsafe')
  }
})

test('paths lead to routes and to nothing else', async () => {
  const dashboard = await board()
  const climbing = [
    '/../package.json',
    '/page.js/../../package.json',
    '/%2e%2e/%2e%2e/package.json',
    '/..%5c..%5cpackage.json',
    '//etc/passwd',
    '/page.js%00',
  ]
  for (const path of [...climbing, '/constructor', '/__proto__', 'http://evil.example/api/job', '*'])
    expect([path, (await say(dashboard, `GET ${path}`)).status]).toEqual([path, 404])
  expect((await say(dashboard, `GET /${'a'.repeat(3000)}`)).status).toBe(414)
  const wrong = await say(dashboard, 'GET /api/stop')
  expect([wrong.status, wrong.headers['allow']]).toEqual([405, 'POST'])
})

test('savepoints are named, not placed: no name leads out of their directory', async () => {
  const dashboard = await board()
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(fc.string(), fc.constantFrom('..', '../x', '/etc', 'a/b', 'a\\b', '.', '', 'a\0b', '-x', '.hidden')),
      async (name) => {
        const answer = await say(dashboard, 'POST /api/savepoint', { body: JSON.stringify({ name }) })
        const fits = /^\w[\w.-]{0,99}$/.test(name)
        expect(answer.status).toBe(fits ? 200 : 400)
        if (fits) expect(dashboard.asked.at(-1)).toMatch(/^savepoint [\\/]savepoints[\\/][^\\/]+$/)
      },
    ),
    { numRuns: 60 },
  )
  expect(JSON.parse((await say(dashboard, 'POST /api/savepoint')).text)).toMatchObject({ id: 7, dir: expect.stringContaining('counted-') })
  dashboard.fails = true
  const failed = await say(dashboard, 'POST /api/savepoint', { body: '{"name":"twice"}' })
  expect([failed.status, JSON.parse(failed.text)]).toMatchObject([409, { error: { code: 'MR_STATE_DIR_INVALID' } }])
})

test('a body is a small JSON object with known fields of known types; everything else is refused and does nothing', async () => {
  const dashboard = await board()
  const post = async (body: string, headers = {}) => (await say(dashboard, 'POST /api/stop', { body, headers })).status
  expect(await post('x'.repeat(UI_BODY_BYTES_MAX + 1))).toBe(413)
  expect(await post('{"drain":true}', { 'Content-Type': 'text/plain' })).toBe(415)
  for (const body of ['[]', 'null', '"x"', '{', '{"drain":"yes"}', '{"drain":true,"more":1}', '{"__proto__":1}'])
    expect([body, await post(body)]).toEqual([body, 400])
  expect(dashboard.asked).toEqual([])
  expect(await post('{"drain":true}')).toBe(202)
  expect(await post('{}')).toBe(202)
  expect(dashboard.asked).toEqual(['drain', 'stop'])
})

test('an operator is rescaled by its name to a number of instances; what the run refuses is said with its code', async () => {
  const dashboard = await board()
  const rescale = (body: object) => say(dashboard, 'POST /api/rescale', { body: JSON.stringify(body) })
  const done = await rescale({ operator: 'numbers', instances: 3 })
  expect([done.status, JSON.parse(done.text)]).toMatchObject([200, { operator: 'numbers', instances: 3, before: 2 }])
  for (const body of [{}, { operator: 'numbers' }, { operator: 'numbers', instances: '3' }, { operator: 7, instances: 3 }])
    expect((await rescale(body)).status).toBe(400)
  expect(dashboard.asked).toEqual(['rescale numbers 3'])
  const refused = await rescale({ operator: 'numbers', instances: 10 })
  expect([refused.status, JSON.parse(refused.text)]).toMatchObject([409, { error: { code: 'MR_RESCALE_IMPOSSIBLE' } }])
})

test('a proxy is known by the names that it was given, with its own port or without one, and the server by its own port only', () => {
  const access = (port: number) => new Access({ token: 'x', port, hosts: ['127.0.0.1'], proxies: ['board.example', 'other.example:8443'] })
  const served = (port: number, host: string): boolean => {
    const request = { method: 'GET', headers: { host, authorization: 'Bearer x' } } as IncomingMessage
    try {
      return (access(port).check(request, new URLSearchParams()), true)
    } catch {
      return false
    }
  }
  for (const host of ['127.0.0.1:9400', 'board.example', 'board.example:9400', 'other.example:8443', 'BOARD.example'])
    expect([host, served(9400, host)]).toEqual([host, true])
  for (const host of ['127.0.0.1', '127.0.0.1:80', 'board.example:80', 'other.example', 'other.example:9400', ''])
    expect([host, served(9400, host)]).toEqual([host, false])
  expect(served(80, '127.0.0.1')).toBe(true)
})

test('keys of all types are shown, in pictures as in stats', async () => {
  const dashboard = await board()
  expect(JSON.parse((await say(dashboard, 'GET /api/stats')).text)).toMatchObject({ hotKeys: [{ keys: [{ key: '10' }] }] })
  const picture = JSON.parse((await say(dashboard, 'GET /api/status')).text) as Picture
  expect(picture).toMatchObject({ progress: { hotKeys: [{ keys: [{ key: '10' }] }] } })
  expect(picture.workers).toMatchObject([{ worker: 0, more: 0, actors: [{ id: 0, task: 0, index: 0, priority: 0 }] }])
})

test('the OpenAPI document names every route, and each of them answers as it says', async () => {
  const dashboard = await board()
  const { paths } = JSON.parse((await say(dashboard, 'GET /api/openapi.json')).text) as {
    readonly paths: Readonly<
      Record<string, Readonly<Record<string, { readonly responses: Readonly<Record<string, { readonly content: object }>> }>>>
    >
  }
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  )
  expect(described.toSorted()).toEqual(Object.keys(ROUTES).toSorted())
  for (const route of DATA) {
    const [method, path] = route.split(' ') as [string, string]
    const { status, headers } = await say(dashboard, route, BODIES[route])
    const answer = paths[path]![method.toLowerCase()]!.responses[String(status)]
    expect([route, status < 300, Object.keys(answer?.content ?? {})]).toEqual([
      route,
      true,
      [String(headers['content-type']).split(';')[0]],
    ])
  }
})

test('metrics are those of the run, in the format of Prometheus', async () => {
  const { text } = await say(await board(), 'GET /metrics')
  expect(text).toContain('# TYPE millrace_records_in_total counter')
  expect(text).toContain('millrace_running{job_name="counted"} 1')
  expect(text).toMatch(/millrace_records_in_total\{.*task_instance="0",worker="0".*\} 5\n/)
  expect(text).toMatch(/millrace_bad_records_total\{.*outcome="dead-lettered".*\} 2\n/)
  // Prometheus says itself what it has scraped, in these two.
  expect(text).not.toMatch(/[{,](job|instance)=/)
  expect(text).toMatch(/millrace_latency_seconds\{.*quantile="0.99".*\} 0.002\n/)
})

test('what Grafana shows are metrics that there are', async () => {
  const { text } = await say(await board(), 'GET /metrics')
  const shown = readFileSync(new URL('../../../docs/grafana.json', import.meta.url), 'utf8').match(/millrace_\w+/g)!
  expect(new Set(shown).size).toBeGreaterThan(10)
  for (const name of shown) expect(text).toContain(`# TYPE ${name} `)
})

test('the dashboard listens on loopback; elsewhere only where that is said; a token that is chosen is long', () => {
  expect(checkUiOptions()).toMatchObject({ host: '127.0.0.1', port: 0 })
  for (const host of ['0.0.0.0', '::', '192.168.1.4', 'box.example', '127.example.com', '128.0.0.1']) {
    expect(() => checkUiOptions({ host })).toThrow(expect.objectContaining({ code: 'MR_UI_REMOTE_REFUSED' }))
    expect(checkUiOptions({ host, allowRemote: true }).host).toBe(host)
  }
  for (const options of [
    { token: 'short' },
    { token: 'has spaces in it, long' },
    { port: -1 },
    { port: 1.5 },
    { allowedHosts: ['a b'] },
    { hots: 'x' },
  ])
    expect(() => checkUiOptions(options as never)).toThrow(expect.objectContaining({ code: 'MR_OPTION_INVALID' }))
  expect(() => checkUiOptions({ token: 'secret' })).toThrow(
    expect.not.objectContaining({ message: expect.stringContaining('secret') as string }),
  )
})

test('a port that somebody else has is an error with a code', async () => {
  const { port } = await board()
  await expect(board({ port })).rejects.toMatchObject({ code: 'MR_UI_PORT_UNUSABLE' })
})
