import type { IncomingMessage, ServerResponse } from 'node:http'
import { isIP } from 'node:net'
import { areEqualSecrets } from '../../core/equal-secrets.ts'
import { refuseOption } from '../../core/refuse-option.ts'
import { MillraceError } from '../../errors.ts'
import { type Secret, textOfSecret } from '../secret.ts'
import { Refused } from './refused.ts'

export interface GateOptions {
  /** Who does not send it as `Authorization: Bearer` is answered 401. Null: everybody may come in. Needed where the server is to be reached from elsewhere. */
  readonly token?: Secret | null
  /** Origins, as in 'https://shop.example', whose pages may come in; those of all others are answered 403. Default: none. */
  readonly origins?: readonly string[]
  /** Names, as in 'orders.internal', by which the server may be asked without a token, beside localhost and addresses. Default: none. */
  readonly hosts?: readonly string[]
}

/** The options of a gate alone, as far as they are given. */
export function gateOptions({ token, origins, hosts }: GateOptions): GateOptions {
  return { ...(token !== undefined && { token }), ...(origins && { origins }), ...(hosts && { hosts }) }
}

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost'])

/** Headers that pages of other origins may send. */
const SHARED_HEADERS = 'Content-Type, Authorization, Idempotency-Key, Last-Event-ID'

/**
 * Who may come in. The token stops who does not know it. Where there is none, pages of browsers are stopped all the same: they send their Origin with whatever they post, and a name that
 * somebody points at this machine is not one of it. An address in the place of the name can be pointed nowhere.
 */
export class Gate {
  readonly #token: string | null
  readonly #origins: ReadonlySet<string>
  readonly #hosts: ReadonlySet<string>
  readonly #method: 'GET' | 'POST'

  private constructor(token: string | null, { origins = [], hosts = [] }: GateOptions, method: 'GET' | 'POST') {
    this.#token = token
    this.#origins = new Set(origins)
    this.#hosts = new Set(hosts.map((name) => name.toLowerCase()))
    this.#method = method
  }

  /**
   * @param method with GET the token may stand in the address as well: browsers cannot send a header with a stream of events
   * @throws MillraceError MR_OPTION_INVALID when the token's function gives none: nobody is let in by that
   */
  static async open(what: string, options: GateOptions, method: 'GET' | 'POST'): Promise<Gate> {
    const { token = null } = options
    if (token === null) return new Gate(null, options, method)
    const text: unknown = await textOfSecret(token)
    if (typeof text !== 'string' || text === '')
      throw new MillraceError(
        'MR_OPTION_INVALID',
        `token of ${what} gave ${text === '' ? 'an empty text' : typeof text}, which is no token`,
      )
    return new Gate(text, options, method)
  }

  /** Tells browsers that pages of an allowed origin may read the answer. True: it was the question before a request (CORS), and is answered. */
  share(request: IncomingMessage, response: ServerResponse): boolean {
    if (this.#origins.size === 0) return false
    const { origin } = request.headers
    response.setHeader('Vary', 'Origin')
    if (origin === undefined || !this.#origins.has(origin)) return false
    response.setHeader('Access-Control-Allow-Origin', origin)
    if (request.method !== 'OPTIONS') return false
    const allowed = { 'Access-Control-Allow-Methods': this.#method, 'Access-Control-Allow-Headers': SHARED_HEADERS }
    response.writeHead(204, allowed).end()
    return true
  }

  /** @throws Refused 401 or 403 */
  check(request: IncomingMessage, query: URLSearchParams): void {
    const { origin, host = '', authorization } = request.headers
    if (origin !== undefined && !this.#origins.has(origin)) throw new Refused(403, 'Pages of this origin may not ask')
    if (this.#token === null) {
      const name = nameOf(host).toLowerCase()
      if (!isLoopback(name) && isIP(name) === 0 && !this.#hosts.has(name))
        throw new Refused(403, 'Without a token nobody may ask under this name: it is not among `hosts`')
      return
    }
    const given = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1] ?? (this.#method === 'GET' ? query.get('token') : null)
    if (given === null || !areEqualSecrets(given, this.#token)) throw new Refused(401, 'The token is missing or wrong')
  }
}

/** @throws MillraceError MR_OPTION_INVALID, which never has the token in its message */
export function checkGate(what: string, { token, origins, hosts }: GateOptions, host: string, site: string): void {
  if (token !== undefined && token !== null && typeof token !== 'function' && !(typeof token === 'string' && token !== ''))
    refuseOption(`token of ${what}`, typeof token, 'a text, a function or null', { site })
  if (token === undefined && !isLoopback(host))
    refuseOption(`host of ${what}`, host, `one of this machine alone; give it a token, or token: null to let everybody in`, { site })
  if (origins !== undefined && !(Array.isArray(origins) && origins.every((origin) => /^https?:\/\/[^/]+$/.test(origin))))
    refuseOption(`origins of ${what}`, JSON.stringify(origins), `a list of origins, as in 'https://shop.example'`, { site })
  if (hosts !== undefined && !(Array.isArray(hosts) && hosts.every((name) => typeof name === 'string' && /^[^\s:/]+$/.test(name))))
    refuseOption(`hosts of ${what}`, JSON.stringify(hosts), `a list of names without ports, as in 'orders.internal'`, { site })
}

function isLoopback(host: string): boolean {
  return LOOPBACK.has(host.toLowerCase())
}

/** Of a Host header, without the port. */
function nameOf(host: string): string {
  return host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1')
}
