import { type RequestListener, type Server, createServer } from 'node:http'
import { type ServerOptions as TlsOptions, createServer as createTlsServer } from 'node:https'
import { refuseOption } from '../../core/refuse-option.ts'
import { MillraceError } from '../../errors.ts'
import * as check from '../../graph/check-sink.ts'
import { checkFunction } from '../../graph/check-function.ts'
import { HTTP_CONNECTIONS_MAX, HTTP_HEADERS_MS_MAX, HTTP_HEADER_BYTES_MAX, HTTP_LOOK_MS } from './limits.ts'

export interface ListenOptions {
  /** 0: one that is free, see `onListening`. */
  readonly port: number
  /** Address to listen at. Default '127.0.0.1': this machine alone. */
  readonly host?: string
  /** Key and certificate, as options of `https.createServer`. Default: not encrypted. */
  readonly tls?: Pick<TlsOptions, 'key' | 'cert' | 'ca' | 'pfx' | 'passphrase' | 'requestCert' | 'rejectUnauthorized' | 'minVersion'>
  /** Told the address with each attempt of the job, on the thread of the operator. */
  readonly onListening?: (address: { readonly host: string; readonly port: number }) => void
}

export const LISTEN_OPTIONS = { port: 1, host: 1, tls: 1, onListening: 1 } as const
export const HOST_DEFAULT = '127.0.0.1'

/** @throws MillraceError MR_OPTION_INVALID */
export function checkListen(what: string, { port, host, onListening }: ListenOptions, site: string): void {
  if (!(Number.isInteger(port) && port >= 0 && port < 2 ** 16)) refuseOption(`port of ${what}`, port, 'a port', { site })
  if (host !== undefined && (typeof host !== 'string' || host === ''))
    refuseOption(`host of ${what}`, host, 'an address to listen at', { site })
  if (onListening !== undefined) checkFunction(onListening, `${what} onListening`)
}

/** @throws MillraceError MR_OPTION_INVALID */
export function checkPath(what: string, path: unknown, site: string): void {
  if (typeof path !== 'string' || !/^\/[^?#\s]*$/.test(path)) refuseOption(`path of ${what}`, path, `a path, as in '/orders'`, { site })
}

/** Bounds in whole numbers; those that are not given are not looked at. */
export function checkBounds(what: string, bounds: Readonly<Record<string, number | undefined>>): void {
  for (const [name, value] of Object.entries(bounds)) if (value !== undefined) check.integer(`${what} ${name}`, value, 2 ** 31 - 1)
}

/**
 * A server that listens, and lets nobody keep it busy with slow requests.
 *
 * @param code of the error when it cannot listen
 */
export async function listen(
  { port, host = HOST_DEFAULT, tls, onListening }: ListenOptions,
  requestMs: number,
  code: 'MR_SOURCE_FAILED' | 'MR_SINK_FAILED',
  listener: RequestListener,
  connectionsMax = HTTP_CONNECTIONS_MAX,
): Promise<Server> {
  const options = {
    requestTimeout: requestMs,
    headersTimeout: Math.min(requestMs, HTTP_HEADERS_MS_MAX),
    maxHeaderSize: HTTP_HEADER_BYTES_MAX,
    connectionsCheckingInterval: HTTP_LOOK_MS,
  }
  const server: Server = tls === undefined ? createServer(options, listener) : createTlsServer({ ...options, ...tls }, listener)
  server.maxConnections = connectionsMax
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(new MillraceError(code, `Cannot listen at ${host}:${port}: ${cause.message}`, { cause })))
    server.listen(port, host, resolve)
  })
  server.on('error', () => {})
  const address = server.address()
  if (address !== null && typeof address === 'object') onListening?.({ host: address.address, port: address.port })
  return server
}

export function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeAllConnections()
  return closed
}
