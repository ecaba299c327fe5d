import { Readable } from 'node:stream'
import { MillraceError } from '../src/errors.ts'

/** Records to be pulled, and how to give back what they come from, also while a pull is pending. */
export interface Input {
  /** Null when the records come at once. */
  readonly later: AsyncIterator<unknown> | null
  readonly atOnce: Iterator<unknown> | null
  close(): void
}

interface NodeStream extends AsyncIterable<unknown> {
  pipe: unknown
  destroy(): void
}

interface WebStream {
  readonly locked: boolean
  getReader(): { read(): Promise<IteratorResult<unknown>>; cancel(): Promise<void> }
}

/** Iterators that were opened: whoever gives one again forgot to make another, and what is left in it is not what was asked for. */
const opened = new WeakSet<object>()

/** @throws MillraceError MR_SOURCE_FAILED when it is nothing to read from, or was read from already */
export function inputOf(given: unknown): Input {
  if (isNodeStream(given)) return nodeInput(given)
  if (isWebStream(given)) return webInput(given)
  if (isAsyncIterable(given)) {
    const later = fresh(given[Symbol.asyncIterator]())
    // One that waits for its input may never return; nobody waits for it.
    return { later, atOnce: null, close: () => void Promise.resolve(later.return?.()).catch(() => {}) }
  }
  if (isIterable(given)) {
    const atOnce = fresh(given[Symbol.iterator]())
    return { later: null, atOnce, close: () => void atOnce.return?.() }
  }
  const kind = given === null ? 'null' : typeof given
  throw new MillraceError('MR_SOURCE_FAILED', `open() gave ${kind}, which is neither an iterable nor a stream`)
}

function nodeInput(stream: NodeStream): Input {
  if (Readable.isDisturbed(stream as never) || (stream as { destroyed?: boolean }).destroyed === true) refuseUsed('a Node.js stream')
  return { later: stream[Symbol.asyncIterator](), atOnce: null, close: () => stream.destroy() }
}

function webInput(stream: WebStream): Input {
  if (stream.locked || Readable.isDisturbed(stream as never)) refuseUsed('a web stream')
  const reader = stream.getReader()
  return { later: { next: () => reader.read() }, atOnce: null, close: () => void reader.cancel().catch(() => {}) }
}

function fresh<T extends object>(iterator: T): T {
  if (opened.has(iterator)) refuseUsed('an iterator')
  opened.add(iterator)
  return iterator
}

function refuseUsed(what: string): never {
  throw new MillraceError(
    'MR_SOURCE_FAILED',
    `open() gave ${what} that is in use or was read already: it has to make another one each time`,
  )
}

function isAsyncIterable(given: unknown): given is AsyncIterable<unknown> {
  return typeof (given as Partial<AsyncIterable<unknown>> | null | undefined)?.[Symbol.asyncIterator] === 'function'
}

function isIterable(given: unknown): given is Iterable<unknown> {
  return typeof (given as Partial<Iterable<unknown>> | null | undefined)?.[Symbol.iterator] === 'function'
}

function isNodeStream(given: unknown): given is NodeStream {
  const stream = given as Partial<NodeStream> | null | undefined
  return typeof stream?.pipe === 'function' && typeof stream.destroy === 'function' && isAsyncIterable(given)
}

function isWebStream(given: unknown): given is WebStream {
  return typeof (given as Partial<WebStream> | null | undefined)?.getReader === 'function'
}
