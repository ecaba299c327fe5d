import { isIP } from 'node:net'
import { type OptionNames, onlyKnown } from '../core/known-options.ts'
import { refuseOption } from '../core/refuse-option.ts'
import { MillraceError } from '../errors.ts'
import { UI_TOKEN_CHARS_MIN } from './ui-limits.ts'

/** How a run's dashboard is served. */
export interface UiOptions {
  /** 0 to 65,535; 0: any that is free. Default 0. */
  readonly port?: number
  /** Address to listen on. Default '127.0.0.1'. Addresses that other machines reach need `allowRemote`. */
  readonly host?: string
  /** The dashboard may be reached from other machines, by whoever knows the token. There is no encryption: put a proxy with TLS before it. Default false. */
  readonly allowRemote?: boolean
  /** Names under which browsers may ask for it beside its own address, such as that of a proxy: 'board.example', or 'board.example:8443' where the proxy has an unusual port. Default: none. */
  readonly allowedHosts?: readonly string[]
  /** What every request has to know: 16 or more characters of A-Z, a-z, 0-9, -, _. Default: 32 random bytes. */
  readonly token?: string
  /** Directory in which savepoints are made that somebody asks for on the dashboard. Default: 'savepoints' in the working directory. */
  readonly savepoints?: string
}

export type CheckedUiOptions = Readonly<Required<Omit<UiOptions, 'token'>>> & {
  readonly token: string | null
  /** Path of a Unix domain socket, or name of a pipe, to listen on instead of host and port: that of commands. */
  readonly socket: string | null
}

/** Where a dashboard is. */
export interface UiAddress {
  /** With the token, for a browser. */
  readonly url: string
  /** For the header `Authorization: Bearer <token>`. */
  readonly token: string
  readonly port: number
}

const OPTIONS: OptionNames<UiOptions> = { port: 1, host: 1, allowRemote: 1, allowedHosts: 1, token: 1, savepoints: 1 }

/** @throws MillraceError MR_OPTION_INVALID, MR_UI_REMOTE_REFUSED */
export function checkUiOptions(options: UiOptions = {}): CheckedUiOptions {
  onlyKnown('serveUi', options, OPTIONS)
  const { port = 0, host = '127.0.0.1', allowRemote = false, allowedHosts = [], token = null, savepoints = 'savepoints' } = options
  if (!(Number.isInteger(port) && port >= 0 && port <= 65_535)) refuseOption('port', port, 'an integer from 0 to 65535')
  if (typeof host !== 'string' || host === '') refuseOption('host', host, 'an address')
  if (typeof allowRemote !== 'boolean') refuseOption('allowRemote', allowRemote, 'true or false')
  if (!Array.isArray(allowedHosts) || !allowedHosts.every((name) => typeof name === 'string' && /^[\w.:[\]-]+$/.test(name)))
    refuseOption('allowedHosts', allowedHosts, 'an array of names of hosts')
  if (token !== null && !isToken(token)) refuseToken()
  if (typeof savepoints !== 'string' || savepoints === '') refuseOption('savepoints', savepoints, 'a path')
  if (!isLoopback(host) && !allowRemote) throw new MillraceError('MR_UI_REMOTE_REFUSED', `The dashboard is not served on ${host}`)
  return { port, host, allowRemote, allowedHosts, token, savepoints, socket: null }
}

/** 127.0.0.0/8 and ::1; 'localhost' is what the machine says it is. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}

function isToken(token: unknown): boolean {
  return typeof token === 'string' && token.length >= UI_TOKEN_CHARS_MIN && /^[\w-]+$/.test(token)
}

/** A token is a secret, also one that will not do. */
function refuseToken(): never {
  throw new MillraceError('MR_OPTION_INVALID', `token is not a text of ${UI_TOKEN_CHARS_MIN} or more of A-Z, a-z, 0-9, - and _`)
}
