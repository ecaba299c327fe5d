import type { IncomingMessage } from 'node:http'
import { areEqualSecrets } from '../core/equal-secrets.ts'
import type { ErrorCode } from '../errors.ts'

/** Browsers leave this one out of the Host. */
const HTTP_PORT = 80

/** A request that is not served, with the status that says so. */
export class Refused extends Error {
  readonly code: ErrorCode = 'MR_UI_REQUEST_REFUSED'
  readonly status: number

  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options)
    this.status = status
  }
}

export interface AccessRules {
  readonly token: string
  /** Of the server, once it listens. */
  readonly port: number
  /** Names that the server itself goes by, without ports. */
  readonly hosts: readonly string[]
  /** Names of proxies before it, with or without a port. */
  readonly proxies: readonly string[]
}

/**
 * Who may ask. Three locks, each of which is enough against what it is for:
 * the Host must be one that the server goes by (a page that rebinds its own name to this address sends its own name);
 * an Origin, where there is one, must be the server's (browsers send it with whatever another page makes them post);
 * and the token must be known, in the header `Authorization: Bearer` or, for what a browser fetches by address alone, in the query.
 */
export class Access {
  readonly #token: string
  readonly #authorities: ReadonlySet<string>

  constructor({ token, port, hosts, proxies }: AccessRules) {
    this.#token = token
    // A name without a port means the usual one. That of the server itself is another, as a rule; that of a proxy is the proxy's own business.
    const own = hosts.flatMap((host) => (port === HTTP_PORT ? [`${host}:${port}`, host] : [`${host}:${port}`]))
    const others = proxies.flatMap((name) => (/:\d+$/.test(name) ? [name] : [name, `${name}:${port}`]))
    this.#authorities = new Set([...own, ...others].map((name) => name.toLowerCase()))
  }

  /** @throws Refused 403 or 401 */
  check(request: IncomingMessage, query: URLSearchParams): void {
    const { host = '', origin, authorization } = request.headers
    if (!this.#authorities.has(host.toLowerCase())) throw new Refused(403, 'This host name is not one of the dashboard')
    if (origin !== undefined && !this.#isOwn(origin)) throw new Refused(403, 'Another origin may not ask')
    // A navigation, by a link from elsewhere, changes nothing and has to know the token.
    const { 'sec-fetch-site': site, 'sec-fetch-mode': mode } = request.headers
    if ((site === 'cross-site' || site === 'same-site') && !(mode === 'navigate' && request.method === 'GET'))
      throw new Refused(403, 'Another site may not ask')
    const bearer = /^Bearer ([\w-]+)$/i.exec(authorization ?? '')?.[1]
    // What changes something is asked for by a script, which can set a header; an address may end up in logs and histories.
    const given = bearer ?? (request.method === 'GET' ? query.get('token') : null)
    if (given === null || !areEqualSecrets(given, this.#token)) throw new Refused(401, 'The token is missing or wrong')
  }

  #isOwn(origin: string): boolean {
    const match = /^https?:\/\/([^/]+)$/i.exec(origin)
    return match !== null && this.#authorities.has(match[1]!.toLowerCase())
  }
}
