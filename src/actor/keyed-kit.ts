/**
 * For operators that keep values by key.
 */
export { KeyMap, keptKey } from '../state/key-map.ts'
export { LruCache } from '../state/lru-cache.ts'
export { ValueTable } from '../state/value-table.ts'
