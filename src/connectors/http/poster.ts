import { setTimeout as sleep } from 'node:timers/promises'
import { systemClock } from '../../core/clock.ts'
import { MillraceError } from '../../errors.ts'
import { type Secret, textOfSecret } from '../secret.ts'
import { shownUrl } from './address.ts'
import type { BodyFormat } from './body.ts'
import { HTTP_ANSWER_CHARS_MAX, HTTP_RETRY_AFTER_MS_MAX } from './limits.ts'

export interface PostTarget {
  readonly url: string
  readonly token: Secret | undefined
  readonly headers: Readonly<Record<string, Secret>>
  readonly format: BodyFormat
  readonly timeoutMs: number
  readonly retry: { readonly attempts: number; readonly minMs: number; readonly maxMs: number }
}

/** What one attempt came to; null: it was taken. */
interface Failure {
  readonly text: string
  /** A further attempt may help; `afterMs` is when the server wants it. */
  readonly passes: boolean
  readonly afterMs: number | null
  /** The body is too large: halves of it may not be. */
  readonly isTooLarge: boolean
  readonly cause?: unknown
}

const PASSING: ReadonlySet<number> = new Set([408, 425, 429])

/** Posts batches of JSON texts, again while that may help. */
export class Poster {
  readonly #target: PostTarget
  readonly #shown: string

  constructor(target: PostTarget) {
    this.#target = target
    this.#shown = shownUrl(new URL(target.url))
  }

  /**
   * @param key by which the server knows a request that comes again
   * @throws MillraceError MR_SINK_FAILED
   */
  async post(texts: readonly string[], key: string, signal: AbortSignal): Promise<void> {
    const { attempts, minMs, maxMs } = this.#target.retry
    for (let attempt = 1; ; attempt++) {
      const failure = await this.#attempt(texts, key, signal)
      if (failure === null) return
      if (failure.isTooLarge && texts.length > 1) return this.#postHalves(texts, key, signal)
      if (!failure.passes || attempt >= attempts || signal.aborted) {
        const times = attempt === 1 ? '' : ` (${attempt} attempts)`
        throw new MillraceError('MR_SINK_FAILED', `POST ${this.#shown} ${failure.text}${times}`, { cause: failure.cause })
      }
      await sleep(failure.afterMs ?? Math.min(maxMs, minMs * 2 ** (attempt - 1)), undefined, { signal })
    }
  }

  /** Keys that a later attempt gives to the same halves. */
  async #postHalves(texts: readonly string[], key: string, signal: AbortSignal): Promise<void> {
    const middle = texts.length >> 1
    await this.post(texts.slice(0, middle), `${key}.0`, signal)
    await this.post(texts.slice(middle), `${key}.1`, signal)
  }

  async #attempt(texts: readonly string[], key: string, signal: AbortSignal): Promise<Failure | null> {
    const { url, format, timeoutMs } = this.#target
    const headers = await this.#headers(key)
    try {
      const response = await fetch(url, {
        method: 'POST',
        // Followed, it would become a GET without a body.
        redirect: 'manual',
        headers,
        body: format === 'json' ? `[${texts.join(',')}]` : texts.join('\n') + '\n',
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      })
      if (response.ok) {
        await response.body?.cancel()
        return null
      }
      const { status } = response
      const text = await firstOf(response)
      const passes = PASSING.has(status) || status >= 500
      return { text: `was answered ${status}${text}`, passes, afterMs: retryAfterMs(response), isTooLarge: status === 413 }
    } catch (cause) {
      const reason = (cause as Error).name === 'TimeoutError' ? `took longer than timeoutMs=${timeoutMs}` : `failed: ${reasonOf(cause)}`
      return { text: reason, passes: true, afterMs: null, isTooLarge: false, cause }
    }
  }

  /** @throws MillraceError MR_SINK_FAILED with the name of a header that is none: its value may be a secret, which what fetch would say quotes */
  async #headers(key: string): Promise<Headers> {
    const { token, headers, format } = this.#target
    const all = new Headers({ 'Content-Type': format === 'json' ? 'application/json' : 'application/x-ndjson' })
    for (const [name, value] of Object.entries(headers)) this.#set(all, name, await this.#textOf(name, value))
    if (token !== undefined) this.#set(all, 'Authorization', `Bearer ${await this.#textOf('Authorization', token)}`)
    all.set('Idempotency-Key', key)
    return all
  }

  async #textOf(name: string, secret: Secret): Promise<string> {
    let text: unknown
    try {
      text = await textOfSecret(secret)
    } catch (cause) {
      throw this.#badHeader(name, 'could not be had: its function threw', cause)
    }
    if (typeof text !== 'string' || text === '') throw this.#badHeader(name, 'is empty, or no text')
    return text
  }

  #set(all: Headers, name: string, text: string): void {
    try {
      all.set(name, text)
    } catch {
      throw this.#badHeader(name, 'has characters that no header may have')
    }
  }

  #badHeader(name: string, what: string, cause?: unknown): MillraceError {
    return new MillraceError('MR_SINK_FAILED', `POST ${this.#shown}: the header ${name} ${what}`, { cause })
  }
}

/** Seconds, or a date. */
function retryAfterMs(response: Response): number | null {
  const given = response.headers.get('retry-after')
  if (given === null) return null
  const ms = /^\d+$/.test(given) ? Number(given) * 1000 : Date.parse(given) - systemClock.nowMs()
  return Number.isNaN(ms) ? null : Math.min(HTTP_RETRY_AFTER_MS_MAX, Math.max(0, ms))
}

/** A server may answer without end: so much of it is read as is shown. */
async function firstOf(response: Response): Promise<string> {
  const reader = response.body?.getReader()
  if (reader === undefined) return ''
  const { value } = await reader.read()
  await reader.cancel()
  const text = new TextDecoder().decode(value?.subarray(0, 4 * HTTP_ANSWER_CHARS_MAX)).trim()
  return text === '' ? '' : `: ${text.slice(0, HTTP_ANSWER_CHARS_MAX)}`
}

/** fetch says "fetch failed", and why in the cause. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error
  return cause instanceof Error ? `${message}: ${cause.message}` : message
}
