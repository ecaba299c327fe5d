import { writeSync } from 'node:fs'
import { Writable } from 'node:stream'
import { isatty } from 'node:tty'
import { MillraceError } from '../errors.ts'

/** Between two tries on a pipe that is full. */
const PAUSE_MS = 1

type Done = (error?: Error | null) => void

/**
 * Standard output or error, as `process.stdout` of a thread of ours: written at once, by this thread. Node's own would hand it to the app thread, whose process ends when nobody
 * reads it any more. A pipe that is full makes it ask to wait. Nobody can end it.
 */
export class StandardStream extends Writable {
  readonly fd: number
  readonly isTTY: boolean

  constructor(fd: number) {
    super({ decodeStrings: true })
    this.fd = fd
    this.isTTY = isatty(fd)
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    this.#put(chunk, 0, done)
  }

  override _writev(chunks: { readonly chunk: Buffer }[], done: Done): void {
    this.#put(Buffer.concat(chunks.map(({ chunk }) => chunk)), 0, done)
  }

  /** Calls back when all is written. What others write is not over with it. */
  override end(...given: unknown[]): this {
    const [chunk, encoding] = given
    const done = given.find((argument) => typeof argument === 'function') as (() => void) | undefined
    if (chunk !== undefined && chunk !== null && typeof chunk !== 'function') this.write(chunk, encoding as BufferEncoding)
    this.write('', () => done?.())
    return this
  }

  #put(bytes: Buffer, from: number, done: Done): void {
    let at = from
    try {
      while (at < bytes.length) at += writeSync(this.fd, bytes, at)
      done()
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return void setTimeout(() => this.#put(bytes, at, done), PAUSE_MS)
      // Who only prints need not listen: that its reader has left must not take the pipeline down.
      done(this.listenerCount('error') === 0 ? null : this.#broken(error as NodeJS.ErrnoException))
    }
  }

  /** Whoever has left does not come back for a restart. */
  #broken(cause: NodeJS.ErrnoException): Error {
    return cause.code === 'EPIPE'
      ? new MillraceError('MR_PATH_UNUSABLE', `Nobody reads file descriptor ${this.fd} any more`, { cause })
      : cause
  }
}

/** `process.stdout` and `process.stderr` of this thread. */
export function ownStandardStreams(): void {
  for (const [name, fd] of [
    ['stdout', 1],
    ['stderr', 2],
  ] as const) {
    const replaced = process[name]
    let stream: StandardStream | null = null
    const get = (): StandardStream => {
      if (stream === null || stream.destroyed) stream = answeringFor(replaced, new StandardStream(fd))
      return stream
    }
    Object.defineProperty(process, name, { configurable: true, enumerable: true, get })
  }
}

/** Node calls the stream that it finds here when the app thread takes more text: that is about its own stream, which has none. */
function answeringFor(replaced: object, stream: StandardStream): StandardStream {
  const methods = Object.getPrototypeOf(replaced) as Record<symbol, unknown>
  for (const symbol of Object.getOwnPropertySymbols(methods)) {
    const method = methods[symbol]
    if (typeof method === 'function') Object.defineProperty(stream, symbol, { value: method.bind(replaced) })
  }
  return stream
}
