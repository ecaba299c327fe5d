import type { Key } from '../core/key-hash.ts'

/** Where the key of a record is: in a field, in the result of a function, or nowhere (`'global'`: all records are one group). */
export type KeySelector<T> = { readonly field: string } | { readonly of: (record: T) => Key } | 'global'

/** The one key of a group of all records. */
export const GLOBAL_KEY = 0

/** The key of a record, by interpretation. */
export const selectKey = <T>(selector: KeySelector<T>, record: T): Key => {
  if (selector === 'global') return GLOBAL_KEY
  return 'field' in selector ? (record as Record<string, Key>)[selector.field] : selector.of(record)
}
