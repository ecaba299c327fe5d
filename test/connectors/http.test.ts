import { type IncomingMessage, type RequestListener, createServer, request as requestOf } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { once } from 'node:events'
import { inspect } from 'node:util'
import { afterEach, expect, test } from 'vitest'
import { eventFeed, httpHandler, httpSink } from '../../src/connectors/http/index.ts'
import { RequestLog } from '../../src/connectors/http/request-log.ts'
import { defineJob, type SinkSpec } from '../../src/index.ts'
import { runToEnd } from '../../src/testing/index.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

/** Address of a server that is closed behind the test. */
async function serve(listener: (...call: Parameters<RequestListener>) => unknown): Promise<string> {
  const server = createServer((request, response) => void listener(request, response)).listen(0, '127.0.0.1')
  closing.push(() => (server.closeAllConnections(), server.close()))
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

/** An inlet that takes everything, unless it is told to wait. */
function inletOf() {
  const pushed: unknown[] = []
  let gate: Promise<void> = Promise.resolve()
  let release = (): void => {}
  return {
    pushed,
    committed: 0,
    stop: () => {
      gate = new Promise<void>((resolve) => (release = resolve))
    },
    goOn: () => release(),
    async pushMany(records: readonly unknown[]): Promise<number> {
      await gate
      return pushed.push(...records)
    },
  }
}

const json = { 'Content-Type': 'application/json' }
const lines = { 'Content-Type': 'application/x-ndjson' }
const send = (url: string, body: string | Buffer, headers: Record<string, string> = json): Promise<Response> =>
  fetch(url, { method: 'POST', body, headers })

test('a record, an array of records and lines of records are taken; what is wrong is told with its place, and nothing of it is taken', async () => {
  const inlet = inletOf()
  const parse = (value: unknown) => {
    if (typeof (value as { n?: unknown }).n !== 'number') throw new TypeError('n is missing')
    return value
  }
  const url = await serve(httpHandler(inlet, { parse, bodyBytes: 1_000 }))
  expect((await send(url, '{"n":1}')).status).toBe(202)
  expect(await (await send(url, '[{"n":2},{"n":3}]')).json()).toEqual({ records: 2 })
  expect((await send(url, '{"n":4}\n\n{"n":5}\r\n', lines)).status).toBe(202)
  expect((await send(url, '[]')).status).toBe(202)
  const taken = [1, 2, 3, 4, 5].map((n) => ({ n }))
  expect(inlet.pushed).toEqual(taken)
  const wrong = async (status: number, told: object, ...request: [string | Buffer, Record<string, string>?]): Promise<void> => {
    const response = await send(url, ...request)
    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject(told)
  }
  await wrong(400, { line: 2, error: expect.stringContaining('not JSON') }, '{"n":6}\n{"n":', lines)
  await wrong(400, { line: 3, error: expect.stringContaining('n is missing') }, '{"n":6}\n\n{"m":7}', lines)
  await wrong(400, { record: 2 }, '[{"n":6},{}]')
  const deep = '['.repeat(300) + ']'.repeat(300)
  await wrong(400, { line: 2, error: expect.stringContaining('no record') }, `{"n":6}\n{"n":7,"deep":${deep}}`, lines)
  await wrong(400, { error: 'The body is not UTF-8' }, Buffer.from([0x22, 0xff, 0x22]))
  await wrong(413, {}, JSON.stringify({ n: 6, text: 'x'.repeat(2_000) }))
  await wrong(415, {}, 'n=6', { 'Content-Type': 'application/x-www-form-urlencoded' })
  await wrong(415, {}, '{"n":6}', { ...json, 'Content-Encoding': 'gzip' })
  await wrong(403, {}, '{"n":6}', { ...json, Origin: 'https://elsewhere.example' })
  expect((await fetch(url)).headers.get('allow')).toBe('POST')
  expect(inlet.pushed).toEqual(taken)
})

test('who does not know the token is not let in', async () => {
  const inlet = inletOf()
  const url = await serve(httpHandler(inlet, { token: () => 'open-sesame' }))
  const asked = async (headers: Record<string, string>): Promise<number> => (await send(url, '1', { ...json, ...headers })).status
  expect(await asked({})).toBe(401)
  expect(await asked({ Authorization: 'Bearer open-sesam' })).toBe(401)
  expect((await send(`${url}?token=open-sesame`, '1')).status).toBe(401)
  expect(await asked({ Authorization: 'Bearer open-sesame' })).toBe(202)
})

/** Status of a request under a name, and of a page's, which browsers let no page make up. */
async function statusUnder(url: string, host: string, headers: Record<string, string> = {}): Promise<number> {
  const request = requestOf(url, { headers: { ...headers, Host: host } }).end()
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  response.destroy()
  return response.statusCode!
}

test('without a token nobody asks under a name that may be pointed at this machine, whatever is said of the page', async () => {
  const feed = eventFeed<string>({ hosts: ['board.internal'] })
  closing.push(() => feed.close())
  const url = await serve(feed.handle)
  const pages: Record<string, string>[] = [{}, { 'Sec-Fetch-Site': 'same-origin' }]
  for (const page of pages) {
    expect(await statusUnder(url, 'elsewhere.example:80', page)).toBe(403)
    for (const host of ['localhost:80', '127.0.0.1', '[::1]:80', 'Board.internal:8081'])
      expect(await statusUnder(url, host, page)).toBe(200)
  }
})

test('a token that its function does not give lets nobody in, and is asked for again', async () => {
  const inlet = inletOf()
  const tokens: (string | undefined)[] = ['', undefined, 'sesame']
  const url = await serve(httpHandler(inlet, { token: () => tokens.shift()! }))
  const post = async (): Promise<number> => (await send(url, '1', { ...json, Authorization: 'Bearer sesame' })).status
  expect([await post(), await post(), await post()]).toEqual([500, 500, 202])
})

test('pages of an allowed origin may ask, be told before what they may, and read every answer', async () => {
  const url = await serve(httpHandler(inletOf(), { token: 'sesame', origins: ['https://shop.example'] }))
  const ask = (method: string, origin: string): Promise<Response> => fetch(url, { method, headers: { Origin: origin } })
  const before = await ask('OPTIONS', 'https://shop.example')
  expect([before.status, before.headers.get('access-control-allow-methods')]).toEqual([204, 'POST'])
  expect(before.headers.get('access-control-allow-headers')).toMatch(/content-type, authorization, idempotency-key/i)
  const refused = await ask('POST', 'https://shop.example')
  expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([401, 'https://shop.example'])
  const other = await ask('OPTIONS', 'https://elsewhere.example')
  expect([other.status, other.headers.get('access-control-allow-origin'), other.headers.get('vary')]).toEqual([403, null, 'Origin'])
})

test('requests without records wait for nothing and take no place', () => {
  const log = new RequestLog(1)
  log.add(3, 'first')
  for (let i = 0; i < 10; i++) log.add(0, `empty-${i}`)
  log.ran(3)
  log.add(0, null)
  expect(log.size).toBe(0)
  expect(log.snapshot(1).keys).toContain('empty-9')
})

test('what a request had brought before a restart is known after the next one, though none of the rest has run', () => {
  const first = new RequestLog(1)
  first.add(10, 'cut')
  first.ran(4)
  const second = new RequestLog(1)
  second.restore(first.snapshot(1))
  second.add(5, 'before it')
  expect(second.find('cut', 10)?.had).toBe(4)
  second.add(6, 'cut')
  second.ran(2)
  const third = new RequestLog(1)
  third.restore(second.snapshot(2))
  expect([third.find('before it', 5)?.had, third.find('cut', 10)?.had]).toEqual([2, 4])
})

test('while the job is behind, requests are told to come again, and what waits is bounded', async () => {
  const inlet = inletOf()
  const url = await serve(httpHandler(inlet, { bodyBytes: 500, waitingBytes: 1_000 }))
  inlet.stop()
  const body = JSON.stringify('x'.repeat(400))
  const sent = [send(url, body), send(url, body), send(url, body)]
  const refused = await Promise.race(sent)
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1'])
  inlet.goOn()
  expect((await Promise.all(sent)).map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([202, 202, 429])
  expect((await send(url, body)).status).toBe(202)
})

test('a body that does not come is cut off', async () => {
  const url = new URL(await serve(httpHandler(inletOf(), { requestMs: 50 })))
  const socket = connect(Number(url.port), url.hostname)
  socket.write('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n[1,')
  await once(socket.resume(), 'close')
  expect(socket.destroyed).toBe(true)
})

test('with acknowledge: checkpoint a handler answers when the records are durable, or says that they are not', async () => {
  const inlet = inletOf()
  const url = await serve(httpHandler(inlet, { acknowledge: 'checkpoint', acknowledgeMs: 100 }))
  const late = await send(url, '1')
  expect([late.status, late.headers.get('retry-after')]).toEqual([503, '1'])
  inlet.committed = 2
  expect((await send(url, '2')).status).toBe(200)
})

/** Numbers from 0 on to a sink. */
const numbersTo = (count: number, target: SinkSpec<number>) =>
  defineJob(import.meta, {
    name: 'posts',
    build: ({ source }) => {
      source.generate('numbers', { count, make: (n) => n }).to(target)
      return {}
    },
  })

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text
}

test('a sink posts batches, again with the same key where that may help, halves where they are too large', async () => {
  const got: number[] = []
  const tried = new Map<string, number>()
  const url = await serve(async (request, response) => {
    const body = JSON.parse(await bodyOf(request)) as number[]
    const key = String(request.headers['idempotency-key'])
    tried.set(key, (tried.get(key) ?? 0) + 1)
    if (request.headers.authorization !== 'Bearer sesame' || request.headers['x-tenant'] !== 'a') return response.writeHead(401).end()
    if (body.length > 30) return response.writeHead(413).end()
    if (tried.get(key) === 1) return response.writeHead(tried.size % 2 === 0 ? 429 : 503, { 'Retry-After': '0' }).end()
    got.push(...body)
    return response.end()
  })
  const target = httpSink<number>({ url, token: () => 'sesame', headers: { 'X-Tenant': 'a' }, batchRecords: 50, retry: { minMs: 1 } })
  await runToEnd(numbersTo(200, target), {}, { seed: 1 })
  expect(got.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, n) => n))
  expect(Math.max(...tried.values())).toBe(2)
})

test('a sink fails with the answer where no further attempt helps, and shows neither query nor token', async () => {
  const url = await serve((_, response) => response.writeHead(422).end('no such shop'))
  const target = httpSink<number>({ url: `${url}orders?secret=sesame`, token: 'sesame' })
  const failure: unknown = await runToEnd(numbersTo(1, target), {}, { seed: 1, restart: { maxRestarts: 0 } }).catch(
    (error: unknown) => error,
  )
  expect(String(failure)).toContain(`POST ${url}orders was answered 422: no such shop`)
  expect(String(failure)).not.toContain('sesame')
})

/** Ids and data of the next so many events. */
async function eventsOf(url: string, count: number, headers: Record<string, string> = {}): Promise<{ id: string; data: unknown }[]> {
  const abort = new AbortController()
  const response = await fetch(url, { headers, signal: abort.signal })
  expect(response.headers.get('content-type')).toContain('text/event-stream')
  let text = ''
  for await (const chunk of response.body!) {
    text += Buffer.from(chunk as Uint8Array).toString()
    if (text.split('\ndata: ').length > count && text.endsWith('\n\n')) break
  }
  abort.abort()
  const found = [...text.matchAll(/id: (.*)\n(?:event: .*\n)?data: (.*)\n\n/g)]
  return found.map(([, id, data]) => ({ id: id!, data: JSON.parse(data!) as unknown }))
}

test('clients of events get what is kept, or what they have missed, then what comes; of rows the newest of each key', async () => {
  const feed = eventFeed<{ key: string; n: number }>({ key: 'key', keep: 3, origins: ['https://board.example'] })
  closing.push(() => feed.close())
  const url = await serve(feed.handle)
  for (const [n, key] of ['a', 'b', 'c', 'a', 'd'].entries()) feed.push({ key, n })
  const kept = await eventsOf(url, 3)
  expect(kept.map(({ data }) => data)).toEqual([
    { key: 'c', n: 2 },
    { key: 'a', n: 3 },
    { key: 'd', n: 4 },
  ])
  expect((await eventsOf(url, 1, { 'Last-Event-ID': kept[1]!.id })).map(({ data }) => data)).toEqual([{ key: 'd', n: 4 }])
  expect(await eventsOf(url, 3, { 'Last-Event-ID': 'of-another-feed.9' })).toEqual(kept)
  const allowed = await fetch(url, { headers: { Origin: 'https://board.example' } })
  expect(allowed.headers.get('access-control-allow-origin')).toBe('https://board.example')
  await allowed.body!.cancel()
  expect((await fetch(url, { headers: { Origin: 'https://elsewhere.example' } })).status).toBe(403)
})

test('a client that does not take its events is let go, and counted; the others go on', async () => {
  const told: number[] = []
  const feed = eventFeed<string>({ clientBytes: 1_000, keep: 1, token: 'sesame', onDropped: (dropped) => told.push(dropped) })
  closing.push(() => feed.close())
  const url = new URL(await serve(feed.handle))
  expect((await fetch(url)).status).toBe(401)
  const slow = connect(Number(url.port), url.hostname)
  slow.on('error', () => {})
  slow.write(`GET /?token=sesame HTTP/1.1\r\nHost: localhost\r\n\r\n`)
  slow.pause()
  while (feed.clients === 0) await new Promise((resolve) => setImmediate(resolve))
  for (let i = 0; feed.dropped === 0; i++) {
    feed.push('x'.repeat(100_000))
    if (i % 10 === 9) await new Promise((resolve) => setImmediate(resolve))
  }
  expect([feed.clients, feed.dropped, told]).toEqual([0, 1, [1]])
  slow.destroy()
})

test('a header that is none fails the job by its name, at once and without its value; so does a value that JSON does not have', async () => {
  let requests = 0
  const url = await serve((_, response) => (requests++, response.end()))
  const failureOf = async (options: object): Promise<unknown> => {
    const target = httpSink<number>({ url, ...options })
    return runToEnd(numbersTo(1, target), {}, { seed: 1, restart: { maxRestarts: 0 } }).catch((error: unknown) => error)
  }
  for (const options of [{ token: 'sesame\n!' }, { headers: { 'X-Key': () => 'sesame\0!' } }, { token: () => undefined }]) {
    const failure = await failureOf(options)
    expect(inspect(failure, { depth: 10 })).toMatch(/the header (Authorization|X-Key) /)
    expect(inspect(failure, { depth: 10 })).not.toContain('sesame')
  }
  expect(inspect(await failureOf({ value: () => undefined }))).toMatch(/record 1 of 1/)
  expect(requests).toBe(0)
})

test('when a feed ends, its clients take what was sent', async () => {
  const feed = eventFeed<string>()
  const server = createServer(feed.handle).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  for (let n = 0; n < 9; n++) feed.push(String(n).repeat(100_000))
  const text = response.text()
  await feed.close()
  server.closeAllConnections()
  server.close()
  expect((await text).match(/^data: "\d{100000}"$/gm)).toHaveLength(9)
})
