import type { ServerResponse } from 'node:http'
import { HTTP_RETRY_AFTER_SECONDS } from './limits.ts'

/** A request that is not served, with the status and the reason. */
export class Refused extends Error {
  readonly status: number
  /** Told with the reason: where in the body it is. */
  readonly place: { readonly line?: number; readonly record?: number }

  constructor(status: number, message: string, place: Refused['place'] = {}) {
    super(message)
    this.status = status
    this.place = place
  }
}

/** Come again later: nothing of it was taken. */
export function comeAgain(status: 429 | 503, message: string): Refused {
  return new Refused(status, message)
}

/** Answers with JSON, once. */
export function answer(response: ServerResponse, status: number, body: object, allow = 'POST'): void {
  if (response.headersSent || response.destroyed) return
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
    ...(status === 405 && { Allow: allow }),
    ...(status === 401 && { 'WWW-Authenticate': 'Bearer' }),
    ...((status === 429 || status === 503) && { 'Retry-After': String(HTTP_RETRY_AFTER_SECONDS) }),
  })
  response.end(JSON.stringify(body))
}

/** What is left of the body Node.js reads and drops, for as long as a request may take: so the answer gets through. */
export function answerRefused(response: ServerResponse, thrown: unknown, allow = 'POST'): void {
  if (thrown instanceof Refused) return answer(response, thrown.status, { error: thrown.message, ...thrown.place }, allow)
  // What it was is for the log of the job, not for whoever asked.
  answer(response, 500, { error: 'This failed here' })
}
