import type { Writable } from 'node:stream'

/** What a stream sink writes to: a Node stream or a web stream. */
export interface StreamTarget {
  /** Writes that were not confirmed yet. */
  readonly pending: number
  /** The stream asks to wait. */
  readonly full: boolean
  /** What it broke with. */
  readonly error: { readonly thrown: unknown } | null
  readonly takesObjects: boolean
  write(value: unknown): void
  /** Resolves when everything has arrived; never rejects, see `error`. */
  end(): Promise<void>
  destroy(): void
}

export class NodeTarget implements StreamTarget {
  pending = 0
  error: { readonly thrown: unknown } | null = null
  readonly #stream: Writable
  readonly #changed: () => void
  readonly #written = (error?: Error | null): void => {
    this.pending--
    if (error) this.error ??= { thrown: error }
    if (this.pending === 0) this.#changed()
  }

  readonly #failed = (thrown: unknown): void => this.#broke(thrown)
  readonly #closed = (): void => {
    if (!this.#stream.writableFinished) this.#broke(new Error('the stream was closed before its end'))
  }

  /** @param changed is called when an answer of this object has changed */
  constructor(stream: Writable, changed: () => void) {
    this.#stream = stream
    this.#changed = changed
    stream.on('drain', changed)
    stream.on('error', this.#failed)
    stream.on('close', this.#closed)
  }

  get full(): boolean {
    return this.#stream.writableNeedDrain
  }

  get takesObjects(): boolean {
    return this.#stream.writableObjectMode
  }

  write(value: unknown): void {
    this.pending++
    this.#stream.write(value, this.#written)
  }

  end(): Promise<void> {
    return new Promise((resolve) => {
      if (this.error !== null || this.#stream.writableFinished) return resolve()
      this.#stream.once('close', resolve).once('error', () => resolve())
      this.#stream.end(() => {
        // Standard output goes on without us.
        if (!this.#stream.writableEnded) this.#stream.off('drain', this.#changed).off('error', this.#failed).off('close', this.#closed)
        resolve()
      })
    })
  }

  destroy(): void {
    this.#stream.destroy()
  }

  #broke(thrown: unknown): void {
    this.error ??= { thrown }
    this.#changed()
  }
}

export class WebTarget implements StreamTarget {
  pending = 0
  error: { readonly thrown: unknown } | null = null
  /** A web stream does not say what it takes. */
  readonly takesObjects = true
  readonly #writer: WritableStreamDefaultWriter<unknown>
  readonly #changed: () => void
  readonly #written = (): void => {
    this.pending--
    this.#changed()
  }
  readonly #broke = (thrown: unknown): void => {
    this.error ??= { thrown }
    this.#changed()
  }

  /** @param changed is called when an answer of this object has changed */
  constructor(stream: WritableStream<unknown>, changed: () => void) {
    this.#writer = stream.getWriter()
    this.#changed = changed
    this.#writer.closed.catch(this.#broke)
  }

  get full(): boolean {
    return (this.#writer.desiredSize ?? 1) <= 0 && this.pending > 0
  }

  write(value: unknown): void {
    this.pending++
    this.#writer.write(value).then(this.#written, this.#broke)
  }

  end(): Promise<void> {
    return this.error === null ? this.#writer.close().catch(this.#broke) : Promise.resolve()
  }

  destroy(): void {
    void this.#writer.abort().catch(() => {})
  }
}
