import { randomUUID } from 'node:crypto'
import { jsonText } from '../../core/json-text.ts'
import { onlyKnown } from '../../core/known-options.ts'
import { refuseOption } from '../../core/refuse-option.ts'
import { MillraceError } from '../../errors.ts'
import { checkFunction } from '../../graph/check-function.ts'
import { type SinkSpec, sink } from '../../graph/sinks.ts'
import { definitionSite } from '../../graph/site.ts'
import type { PreparedTransaction, TwoPhaseCommit } from '../../graph/two-phase-sink.ts'
import type { Secret } from '../secret.ts'
import { checkUrl } from './address.ts'
import type { BodyFormat } from './body.ts'
import {
  HTTP_SEND_ATTEMPTS_DEFAULT,
  HTTP_SEND_MS_DEFAULT,
  HTTP_SEND_PAUSE_MS_MAX,
  HTTP_SEND_PAUSE_MS_MIN,
  HTTP_SEND_RECORDS_DEFAULT,
} from './limits.ts'
import { Poster } from './poster.ts'
import { checkBounds } from './server.ts'

export interface HttpSinkOptions<T> {
  /** Of http or https, without user and password. */
  readonly url: string
  /** Sent as `Authorization: Bearer`. */
  readonly token?: Secret
  /** Further headers; a function is called for each request. */
  readonly headers?: Readonly<Record<string, Secret>>
  /** 'json': an array of records; 'ndjson': a record a line. Default 'json'. */
  readonly format?: BodyFormat
  /** What is sent of a record, as JSON. Default: the record. */
  readonly value?: (record: T) => unknown
  /**
   * 'at-least-once': records are posted as they come; those since the last checkpoint again, under other keys, after a failure. 'effectively-once': they are kept in the checkpoint and
   * posted when it is complete, after a failure again under the same keys, so that a server which honours `Idempotency-Key` counts each once. Default 'at-least-once'.
   */
  readonly guarantee?: 'at-least-once' | 'effectively-once'
  /** Records of one request, at most. Default 500. */
  readonly batchRecords?: number
  /** A request that takes longer has failed, and is made again. Default 10,000. */
  readonly timeoutMs?: number
  /** Requests that fail, or are answered 408, 425, 429 or 5xx, are made again: so often in all, with pauses that double, or those of Retry-After. Default 8, 100 ms to 10 s. */
  readonly retry?: { readonly attempts?: number; readonly minMs?: number; readonly maxMs?: number }
}

const OPTIONS = {
  url: 1,
  token: 1,
  headers: 1,
  format: 1,
  value: 1,
  guarantee: 1,
  batchRecords: 1,
  timeoutMs: 1,
  retry: 1,
} as const

/**
 * Posts batches of records to an address, each with a header `Idempotency-Key`. At least once; with `guarantee: 'effectively-once'` once, for servers that honour the key, as {@link httpSource} does.
 * What is refused for good (any other 4xx, a redirect), or failed so often, fails the job with MR_SINK_FAILED.
 *
 * @throws MillraceError MR_OPTION_INVALID
 */
export function httpSink<T>(options: HttpSinkOptions<T>): SinkSpec<T> {
  const site = definitionSite(httpSink)
  onlyKnown('httpSink', options, OPTIONS, site)
  const { url, token, headers = {}, format = 'json', value, guarantee = 'at-least-once', retry = {} } = options
  const { batchRecords = HTTP_SEND_RECORDS_DEFAULT, timeoutMs = HTTP_SEND_MS_DEFAULT } = options
  onlyKnown('retry of httpSink', retry, { attempts: 1, minMs: 1, maxMs: 1 }, site)
  const { attempts = HTTP_SEND_ATTEMPTS_DEFAULT, minMs = HTTP_SEND_PAUSE_MS_MIN, maxMs = HTTP_SEND_PAUSE_MS_MAX } = retry
  checkUrl('httpSink', url, ['http:', 'https:'], site)
  if (format !== 'json' && format !== 'ndjson') refuseOption('format of httpSink', format, `'json' or 'ndjson'`, { site })
  if (value !== undefined) checkFunction(value, 'httpSink value')
  if (guarantee !== 'at-least-once' && guarantee !== 'effectively-once')
    refuseOption('guarantee of httpSink', guarantee, `'at-least-once' or 'effectively-once'`, { site })
  checkBounds('httpSink', { batchRecords, timeoutMs, attempts, minMs, maxMs })
  const target = { url, token, headers, format, timeoutMs, retry: { attempts, minMs, maxMs } }
  const textsOf = (records: readonly T[]): string[] =>
    records.map((record, i) => {
      const text: string | undefined = jsonText(value === undefined ? record : value(record))
      if (text === undefined) throw noJson(i, records.length, site)
      return text
    })
  if (guarantee === 'at-least-once') {
    const poster = new Poster(target)
    return sink.forEachBatch<T>((records, { signal }) => poster.post(textsOf(records), randomUUID(), signal), { batchRecords })
  }
  // A commit is over when each of its requests is: as long as they may take.
  const patience = { batchRecords, timeoutMs: 2 ** 31 - 1 }
  return { ...sink.twoPhaseCommit<T, string[][], string[][]>(() => postedAtCommit(new Poster(target), textsOf), patience), guarantee }
}

function noJson(i: number, count: number, site: string): MillraceError {
  return new MillraceError(
    'MR_RECORD_NOT_SERIALIZABLE',
    `value of httpSink made nothing of record ${i + 1} of ${count} in a batch that JSON has`,
    { site },
  )
}

/** Batches are in the checkpoint until they are posted; their keys are that of their transaction, which no other one has, and their number in it. */
function postedAtCommit<T>(poster: Poster, textsOf: (records: readonly T[]) => string[]): TwoPhaseCommit<T, string[][], string[][]> {
  const over = new AbortController()
  return {
    begin: () => [],
    write: (batches, records) => void batches.push(textsOf(records)),
    prepare: (batches) => batches,
    commit: async ({ id, prepared }: PreparedTransaction<string[][]>) => {
      for (const [i, texts] of prepared.entries()) await poster.post(texts, `${id}.${i}`, over.signal)
    },
    close: () => over.abort(),
  }
}
