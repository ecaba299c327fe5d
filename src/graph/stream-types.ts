import type { Key } from '../core/key-hash.ts'
import type { Stream } from './stream.ts'

/** Type of the records of a stream. */
export type StreamRecord<S> = S extends Stream<infer T> ? T : never
/** Names of the fields of T that can be keys. */
export type KeyField<T> = T extends unknown ? { [F in keyof T & string]: T[F] extends Key ? F : never }[keyof T & string] : never
/** Type of the key that a field gives. */
export type FieldKey<T, F> = F extends keyof T ? Extract<T[F], Key> : Key
