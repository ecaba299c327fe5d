import type { ServerResponse } from 'node:http'
import { jsonText } from '../core/json-text.ts'
import { UI_STREAMS_MAX, UI_STREAM_BACKLOG_BYTES_MAX } from './ui-limits.ts'
import { Refused } from './access.ts'

/** Clients that follow live data, as server-sent events. One that does not take them is let go: it may come back, and gets everything anew. */
export class EventStreams {
  readonly #clients = new Set<ServerResponse>()
  readonly #onCount: (clients: number) => void

  /** @param onCount told how many follow, whenever that changes */
  constructor(onCount: (clients: number) => void) {
    this.#onCount = onCount
  }

  /** @throws Refused 503 when there are too many */
  add(response: ServerResponse, event: string, data: unknown): void {
    if (this.#clients.size >= UI_STREAMS_MAX) throw new Refused(503, `No more than ${UI_STREAMS_MAX} may follow`)
    response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8' })
    response.write(messageOf(event, data))
    this.#clients.add(response)
    response.once('close', () => {
      this.#clients.delete(response)
      this.#onCount(this.#clients.size)
    })
    this.#onCount(this.#clients.size)
  }

  send(event: string, data: unknown): void {
    if (this.#clients.size === 0) return
    const message = messageOf(event, data)
    for (const client of this.#clients) {
      if (client.writableLength > UI_STREAM_BACKLOG_BYTES_MAX) client.destroy()
      else client.write(message)
    }
  }

  close(): void {
    for (const client of this.#clients) client.end()
    // What comes after that is for nobody.
    this.#clients.clear()
  }
}

function messageOf(event: string, data: unknown): string {
  return `event: ${event}\ndata: ${jsonText(data)}\n\n`
}
