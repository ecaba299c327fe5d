import type { OperatorContext, OperatorDefinition } from '../src/actor/contract.ts'
import { type Clock, type Key, canonicalKey } from '../src/actor/operator-kit.ts'
import { LruCache } from '../src/actor/keyed-kit.ts'
import { type RecordKey, recordKey } from './record-key.ts'
import { type AsyncSpec, mapAsync } from './map-async.ts'

type Fetch = (key: Key, call: { readonly signal: AbortSignal; readonly attempt: number }) => unknown

interface LookupSpec extends Omit<AsyncSpec, 'fn'> {
  readonly key: RecordKey
  readonly fetch: Fetch
  readonly fn: (record: unknown, value: unknown) => unknown
  readonly cache: { readonly maxEntries: number; readonly ttlMs: number }
}

/** A call under way, for all records that want its key. */
interface SharedCall {
  readonly promise: Promise<unknown>
  readonly abort: AbortController
  /** Records that wait for it: when all have given up, so does the call. */
  waiting: number
}

/** Values by key: those that were fetched last, and those that are on their way. What failed is not kept. */
class Values {
  readonly #fetch: Fetch
  readonly #clock: Clock
  readonly #cache: LruCache<unknown, unknown>
  readonly #calls = new Map<unknown, SharedCall>()

  constructor({ fetch, cache }: LookupSpec, clock: Clock) {
    this.#fetch = fetch
    this.#clock = clock
    this.#cache = new LruCache(cache.maxEntries, cache.ttlMs)
  }

  async get(key: Key, signal: AbortSignal, attempt: number): Promise<unknown> {
    const id = Number.isFinite(key) ? key : canonicalKey(key)
    const known = this.#cache.get(id, this.#clock.monotonicMs())
    if (known !== undefined) return known.value
    const call = this.#calls.get(id) ?? this.#begin(id, key, attempt)
    call.waiting++
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => {
        reject(signal.reason as Error)
        this.#giveUp(id, call, signal.reason)
      })
      call.promise.then(resolve, reject)
    })
  }

  #begin(id: unknown, key: Key, attempt: number): SharedCall {
    const abort = new AbortController()
    const promise = this.#load(id, key, { signal: abort.signal, attempt })
    const call: SharedCall = { promise, abort, waiting: 0 }
    this.#calls.set(id, call)
    const forget = (): void => this.#forget(id, call)
    promise.then(forget, forget)
    return call
  }

  async #load(id: unknown, key: Key, call: { readonly signal: AbortSignal; readonly attempt: number }): Promise<unknown> {
    const value = await this.#fetch(key, call)
    if (!call.signal.aborted) this.#cache.set(id, value, this.#clock.monotonicMs())
    return value
  }

  #giveUp(id: unknown, call: SharedCall, reason: unknown): void {
    if (--call.waiting > 0) return
    this.#forget(id, call)
    call.abort.abort(reason)
  }

  #forget(id: unknown, call: SharedCall): void {
    if (this.#calls.get(id) === call) this.#calls.delete(id)
  }
}

function create(spec: LookupSpec, context: OperatorContext) {
  const keyOf = recordKey(spec.key, context)
  const values = new Values(spec, context.clock)
  const fn: AsyncSpec['fn'] = async (record, { signal, attempt }) => spec.fn(record, await values.get(keyOf(record), signal, attempt))
  return mapAsync.create!({ ...spec, fn }, context)
}

/** Joins each record with what a service says of its key: `mapAsync` behind a cache, which is no state. */
export const lookup: OperatorDefinition = {
  kind: 'lookup',
  create: (spec, context) => create(spec as unknown as LookupSpec, context),
}
