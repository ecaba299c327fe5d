/** Takes the state of one key out of the chunks of operators, whatever form they have. */
import { pack, unpack } from 'msgpackr'
import { isTime, operatorOfChunk, scopeOfChunk } from '../checkpoint/chunk-name.ts'
import type { Key } from '../core/key-hash.ts'
import { MillraceError } from '../errors.ts'
import { withoutKey } from '../state/forget-key.ts'
import { isStateChunk } from '../state/state-chunk.ts'

export interface ForgottenState {
  /** What went, by operator; those that had nothing are not in it. */
  readonly operators: readonly { readonly operator: string; readonly entries: number }[]
  /** Checkpoints that were looked through. */
  readonly checkpoints: number
  /** Operators that keep something that is not by key: records under way, positions, broadcast values. It was not looked at. */
  readonly unsearched: readonly string[]
}

/** Looks through chunks, and counts. */
export class KeyForgetting {
  readonly #key: Key
  readonly #operator: string | null
  readonly #entries = new Map<string, number>()
  readonly #unsearched = new Set<string>()

  /** @param operator the only one to look at; null: all */
  constructor(key: Key, operator: string | null) {
    this.#key = key
    this.#operator = operator
  }

  /**
   * New bytes for a chunk of a checkpoint; null when it stays.
   *
   * @throws MillraceError MR_STATE_INCOMPATIBLE for the state of a key group that is in no form known here
   */
  change(name: string, bytes: Uint8Array): Uint8Array | null {
    const operator = operatorOfChunk(name)
    if (this.#operator !== null && operator !== this.#operator) return null
    if (isTime(name)) return null
    const value: unknown = unpack(bytes)
    const search = new Search(this.#key)
    const lessened = search.lessen(value)
    if (!search.found && scopeOfChunk(name) === 'group')
      throw new MillraceError('MR_STATE_INCOMPATIBLE', `The state of "${operator}" cannot be searched for a key: nothing was removed.`)
    if (!search.found && typeof value === 'object') this.#unsearched.add(operator)
    if (search.rows === 0) return null
    this.#entries.set(operator, (this.#entries.get(operator) ?? 0) + search.rows)
    return new Uint8Array(pack(lessened))
  }

  report(checkpoints: number): ForgottenState {
    const operators = [...this.#entries].map(([operator, entries]) => ({ operator, entries }))
    return { operators, checkpoints, unsearched: [...this.#unsearched] }
  }
}

class Search {
  readonly #key: Key
  /** Keyed state was found, whether of the key or not. */
  found = false
  rows = 0

  constructor(key: Key) {
    this.#key = key
  }

  /** Chunks may lie in objects: by state, timers beside them. */
  lessen(value: unknown): unknown {
    if (value instanceof Uint8Array) return this.#lessenChunk(new Uint8Array(value))
    if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value
    // A key group of which nothing is left.
    if (Object.keys(value).length === 0) this.found = true
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, this.lessen(part)]))
  }

  #lessenChunk(bytes: Uint8Array): Uint8Array {
    if (!isStateChunk(bytes)) return bytes
    this.found = true
    const lessened = withoutKey(bytes, this.#key)
    if (lessened === null) return bytes
    this.rows += lessened.rows
    return lessened.bytes
  }
}
