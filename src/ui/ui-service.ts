import { randomBytes } from 'node:crypto'
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { chmodSync } from 'node:fs'
import { MillraceError } from '../errors.ts'
import {
  UI_CONNECTIONS_MAX,
  UI_HEADERS_MS_MAX,
  UI_HEADER_BYTES_MAX,
  UI_IDLE_LOOK_MS,
  UI_REQUEST_MS_MAX,
  UI_URL_CHARS_MAX,
} from './ui-limits.ts'
import { Access, Refused } from './access.ts'
import { EventStreams } from './event-streams.ts'
import { Lookout, type Watchers } from './lookout.ts'
import { type Answered, ROUTES, type Served, json } from './routes.ts'
import type { UiSubject } from './subject.ts'
import type { CheckedUiOptions, UiAddress } from './ui-options.ts'

const TOKEN_BYTES = 32

/** In every answer. The page may load what comes from here, talk to here, and be shown by itself only. */
const HEADERS = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cache-Control': 'no-store',
} as const

/** The server of a run's dashboard. */
export class UiService {
  readonly #options: CheckedUiOptions
  readonly #server: Server
  readonly #served: Served
  readonly #endLog: () => void
  #access: Access | null = null

  constructor(subject: UiSubject, options: CheckedUiOptions) {
    this.#options = options
    const streams = new EventStreams((clients) => lookout.watch(clients > 0))
    // Whoever asks by a command looks when it asks.
    const idleLookMs = options.socket === null ? UI_IDLE_LOOK_MS : null
    const watchers: Watchers = {
      picture: (picture) => streams.send('picture', picture),
      job: (job) => streams.send('job', job),
    }
    const lookout = new Lookout(subject, watchers, idleLookMs)
    const token = options.token ?? randomBytes(TOKEN_BYTES).toString('base64url')
    this.#served = { subject, lookout, streams, token, savepoints: options.savepoints }
    this.#endLog = subject.log.onEntry((entry) => {
      streams.send('log', entry)
      // The thread is ended next: who follows is to have heard why.
      if (entry.type === 'ended') streams.close()
    })
    this.#server = createServer(
      {
        maxHeaderSize: UI_HEADER_BYTES_MAX,
        headersTimeout: UI_HEADERS_MS_MAX,
        requestTimeout: UI_REQUEST_MS_MAX,
        connectionsCheckingInterval: 1_000,
        noDelay: true,
      },
      (request, response) => void this.#handle(request, response),
    )
    this.#server.maxConnections = UI_CONNECTIONS_MAX
  }

  /** @throws MillraceError MR_UI_PORT_UNUSABLE */
  async listen(): Promise<UiAddress> {
    const { host, port, allowedHosts, socket } = this.#options
    try {
      await new Promise<void>((resolve, reject) => {
        this.#server.once('error', reject)
        this.#server.listen(socket === null ? { host, port } : { path: socket }, resolve)
      })
    } catch (cause) {
      await this.close()
      throw new MillraceError('MR_UI_PORT_UNUSABLE', `The dashboard cannot listen on ${socket ?? `${host}:${port}`}`, { cause })
    }
    // A connection that could not be accepted is the business of whoever wanted it.
    this.#server.removeAllListeners('error').on('error', () => {})
    const { token } = this.#served
    if (socket !== null) return this.#listensOn(socket, token)
    const { port: bound } = this.#server.address() as AddressInfo
    const name = host.includes(':') ? `[${host}]` : host
    this.#access = new Access({ token, port: bound, hosts: [name, 'localhost', '127.0.0.1', '[::1]'], proxies: allowedHosts })
    return { url: `http://${name}:${bound}/?token=${token}`, token, port: bound }
  }

  /** The folder keeps others out already; so does the socket where a folder does not. A pipe of Windows has no mode. */
  #listensOn(socket: string, token: string): UiAddress {
    if (process.platform !== 'win32') chmodSync(socket, 0o600)
    this.#access = new Access({ token, port: 0, hosts: [], proxies: ['localhost'] })
    return { url: 'http://localhost/', token, port: 0 }
  }

  async close(): Promise<void> {
    this.#endLog()
    const { lookout, streams } = this.#served
    lookout.close()
    streams.close()
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    this.#server.closeAllConnections()
    await closed
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value)
    try {
      const answered = await this.#answer(request, response)
      if (answered !== null) send(response, answered)
    } catch (error) {
      if (!response.headersSent) this.#refuse(request, response, error)
      else response.destroy()
    }
  }

  #answer(request: IncomingMessage, response: ServerResponse): Promise<Answered | null> {
    const { method = '', url = '' } = request
    if (url.length > UI_URL_CHARS_MAX) throw new Refused(414, `An address may have ${UI_URL_CHARS_MAX} characters`)
    const [path, query] = splitOnce(url, '?')
    this.#access!.check(request, new URLSearchParams(query))
    const route = Object.hasOwn(ROUTES, `${method} ${path}`) ? ROUTES[`${method} ${path}`]! : null
    if (route !== null) return route(this.#served, request, response)
    const others = ['GET', 'POST'].filter((other) => Object.hasOwn(ROUTES, `${other} ${path}`))
    if (others.length === 0) throw new Refused(404, 'There is nothing of this name')
    response.setHeader('Allow', others.join(', '))
    throw new Refused(405, `It takes ${others.join(' or ')}`)
  }

  #refuse(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    const { status, code, message } = refusalOf(error)
    if (status === 401) response.setHeader('WWW-Authenticate', 'Bearer')
    // What is left of a body is not waited for.
    if (!request.complete) response.setHeader('Connection', 'close')
    send(response, json({ error: { code, message } }, status))
  }
}

function send(response: ServerResponse, { status = 200, type, text }: Answered): void {
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(text) })
  response.end(text)
}

function refusalOf(error: unknown): { readonly status: number; readonly code: string; readonly message: string } {
  if (error instanceof Refused) return error
  if (error instanceof MillraceError) return { status: 409, code: error.code, message: error.message }
  return { status: 500, code: 'MR_UI_REQUEST_REFUSED', message: 'The request failed' }
}

function splitOnce(text: string, by: string): [string, string] {
  const at = text.indexOf(by)
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}
