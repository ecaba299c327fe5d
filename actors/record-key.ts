import { type Key, generate } from '../src/actor/operator-kit.ts'

/** The key of a record as a graph holds it: the name of a field, or a function. */
export type RecordKey = string | ((record: unknown) => Key)

/** The key of all records where there is none. */
const ALL = 0

/** The key of a record by the selector of a graph: a field name, a function, or null for one group. A field gets a function of its own, so that reading it stays fast. */
export function recordKey(
  key: RecordKey | null,
  { generateCode, jobName, operator }: { readonly generateCode: boolean; readonly jobName: string; readonly operator: string },
): (record: unknown) => Key {
  if (key === null) return () => ALL
  if (typeof key === 'function' || !generateCode) return keyReader(key)
  return generate<() => (record: unknown) => Key>(`${jobName}/${operator}/key`, [], `return (r) => r[${JSON.stringify(key)}]`)()
}

/** The same without code of its own. */
export function keyReader(key: RecordKey): (record: unknown) => Key {
  return typeof key === 'string' ? (record) => (record as Record<string, Key>)[key]! : key
}
