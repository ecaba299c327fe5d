import { ownString } from '../codec/own-string.ts'
import { canonicalKey, copyTuple, isPrimitiveKey } from '../core/key.ts'
import type { Key } from '../core/key-hash.ts'

/** A Map by key that tells keys apart as {@link Key} says: tuples by what they hold. For keys that come and go; a key index never forgets one. */
export class KeyMap<V> {
  readonly #primitives = new Map<Key, V>()
  readonly #tuples = new Map<string, { readonly key: Key; readonly value: V }>()

  get size(): number {
    return this.#primitives.size + this.#tuples.size
  }

  get(key: Key): V | undefined {
    return isPrimitiveKey(key) ? this.#primitives.get(key) : this.#tuples.get(canonicalKey(key))?.value
  }

  /** @param key one of {@link keptKey} */
  set(key: Key, value: V): void {
    if (isPrimitiveKey(key)) this.#primitives.set(key, value)
    else this.#tuples.set(canonicalKey(key), { key, value })
  }

  delete(key: Key): void {
    if (isPrimitiveKey(key)) this.#primitives.delete(key)
    else this.#tuples.delete(canonicalKey(key))
  }

  forEach(fn: (value: V, key: Key) => void): void {
    this.#primitives.forEach(fn)
    for (const { key, value } of this.#tuples.values()) fn(value, key)
  }
}

/**
 * A key that may be kept: a private copy of a tuple, a text that does not keep the batch alive out of which it was cut, 0 for -0.
 * @throws MR_KEY_INVALID
 */
export function keptKey(key: Key): Key {
  if (typeof key === 'string') return ownString(key)
  if (isPrimitiveKey(key)) return key === 0 ? 0 : key
  return copyTuple(key)
}
