import type { ClientOptions, RawData, WebSocket as Socket } from 'ws'
import { loadPackage } from '../../actor/optional-package.ts'
import { systemClock } from '../../core/clock.ts'
import { MillraceError } from '../../errors.ts'
import { type Secret, textOfSecret } from '../secret.ts'
import { shownUrl } from './address.ts'
import { FEED_PAUSE_MS_MAX, FEED_PAUSE_MS_MIN } from './limits.ts'

export interface FeedSettings {
  readonly url: string
  readonly protocols: readonly string[]
  readonly headers: Readonly<Record<string, Secret>>
  /** What is sent on each connection, first. */
  readonly greet: () => readonly string[]
  readonly messageBytes: number
  readonly waitingBytes: number
  readonly silenceMs: number
  readonly retryMs: number
  /** A connection that is closed with code 1000 is the end. */
  readonly endsWhenClosed: boolean
}

/** Keeps one connection to a feed, opens it again when it is lost, and keeps its messages until they are taken: a bounded number of bytes, then it reads no more. */
export class FeedConnection {
  readonly #settings: FeedSettings
  readonly #wake: () => void
  readonly #messages: Buffer[] = []
  #bytes = 0
  #socket: Socket | null = null
  #closed = false
  #heardMs = 0
  /** Since when there is no connection on which something came, be it the answer to a ping. */
  #lostMs: number
  #pauseMs = FEED_PAUSE_MS_MIN
  #timer: NodeJS.Timeout | null = null
  #watch: NodeJS.Timeout | null = null
  #failure: { readonly thrown: unknown } | null = null
  #isOver = false

  constructor(settings: FeedSettings, wake: () => void) {
    this.#settings = settings
    this.#wake = wake
    this.#lostMs = systemClock.monotonicMs()
  }

  /** The next message; null: none is here. Throws what could not be helped. */
  take(): Buffer | null {
    const message = this.#messages.shift()
    if (message === undefined) {
      if (this.#failure !== null) throw this.#failure.thrown
      return null
    }
    this.#bytes -= message.length
    if (this.#socket?.isPaused === true && 2 * this.#bytes < this.#settings.waitingBytes) {
      this.#heardMs = systemClock.monotonicMs()
      this.#socket.resume()
    }
    return message
  }

  get hasMore(): boolean {
    return this.#messages.length > 0
  }

  /** The feed has ended, and is not opened again. */
  get isOver(): boolean {
    return this.#isOver
  }

  async open(): Promise<void> {
    const { url, protocols, headers, messageBytes, silenceMs } = this.#settings
    const { WebSocket } = await loadPackage({ name: 'ws', neededBy: 'webSocketSource', load: () => import('ws') })
    const given: Record<string, string> = {}
    for (const [name, value] of Object.entries(headers)) given[name] = await textOfSecret(value)
    if (this.#closed) return
    const options: ClientOptions = { headers: given, maxPayload: messageBytes, handshakeTimeout: silenceMs, perMessageDeflate: false }
    const socket = new WebSocket(url, [...protocols], options)
    this.#socket = socket
    let reason = 'the connection was closed'
    socket.on('open', () => this.#greet(socket))
    socket.on('message', (data) => this.#add(socket, data))
    socket.on('pong', () => this.#isThere())
    socket.on('error', (error) => (reason = error.message))
    socket.on('close', (code) => this.#lost(code, reason))
  }

  close(): void {
    this.#closed = true
    if (this.#timer !== null) clearTimeout(this.#timer)
    if (this.#watch !== null) clearInterval(this.#watch)
    this.#socket?.terminate()
  }

  #greet(socket: Socket): void {
    this.#heardMs = systemClock.monotonicMs()
    for (const text of this.#settings.greet()) socket.send(text)
    const { silenceMs } = this.#settings
    // A peer that is gone without a word never closes its connection.
    this.#watch = setInterval(() => {
      if (socket.isPaused) return
      if (systemClock.monotonicMs() - this.#heardMs > silenceMs) socket.terminate()
      else socket.ping()
    }, silenceMs / 3)
  }

  #add(socket: Socket, data: RawData): void {
    if (this.#closed) return
    const message = Buffer.isBuffer(data) ? data : Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data)
    this.#isThere()
    this.#bytes += message.length
    this.#messages.push(message)
    if (this.#bytes >= this.#settings.waitingBytes) socket.pause()
    this.#wake()
  }

  /** A feed that has nothing to say answers pings. */
  #isThere(): void {
    this.#heardMs = systemClock.monotonicMs()
    this.#lostMs = Infinity
    this.#pauseMs = FEED_PAUSE_MS_MIN
  }

  #lost(code: number, reason: string): void {
    if (this.#watch !== null) clearInterval(this.#watch)
    this.#socket = null
    if (this.#closed) return
    const nowMs = systemClock.monotonicMs()
    this.#lostMs = Math.min(this.#lostMs, nowMs)
    if (code === 1000 && this.#settings.endsWhenClosed) {
      this.#isOver = true
      return this.#wake()
    }
    if (nowMs - this.#lostMs > this.#settings.retryMs) return this.#fail(reason)
    this.#timer = setTimeout(() => void this.#openAgain(), this.#pauseMs)
    this.#pauseMs = Math.min(2 * this.#pauseMs, FEED_PAUSE_MS_MAX)
  }

  async #openAgain(): Promise<void> {
    try {
      await this.open()
    } catch (error) {
      this.#lost(0, (error as Error).message)
    }
  }

  #fail(reason: string): void {
    const text = `The feed ${shownUrl(new URL(this.#settings.url))} was not there for ${this.#settings.retryMs} ms: ${reason}`
    this.#failure = { thrown: new MillraceError('MR_SOURCE_FAILED', text) }
    this.#wake()
  }
}
