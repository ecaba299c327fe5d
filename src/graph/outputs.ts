import { MillraceError } from '../errors.ts'
import type { Stream } from './stream.ts'

/** The type of the records of a named output. Made by {@link recordsOf}; holds nothing. */
export interface OutputType<T> {
  readonly types?: { readonly record: T }
}

export type OutputTypes = Readonly<Record<string, OutputType<unknown>>>

/** Names the type of the records of an output: `{ bad: recordsOf<string>() }`. */
export function recordsOf<T>(): OutputType<T> {
  return {}
}

export type TypeOf<O> = O extends OutputType<infer T> ? T : never

/** Functions that put a record out, by output. They work only while the operator's function runs. */
export type Emitters<O> = { readonly [N in keyof O]: (record: TypeOf<O[N]>) => void }

/** A stream for each named output. */
export type OutputStreams<O> = { readonly [N in keyof O]: Stream<TypeOf<O[N]>> }

/** What `split` is given: by name of a branch, which records belong to it. The order of the names is the order of the questions. */
export type Branches<T> = Readonly<Record<string, (record: T) => boolean>>

/** A stream for each branch; where the predicate is a type predicate, of the narrowed type. */
export type SplitStreams<T, B, R extends string> = {
  // oxlint-disable-next-line typescript/no-explicit-any -- the parameter of a type predicate must admit every type that it may narrow to
  readonly [N in keyof B]: Stream<B[N] extends ((record: any) => record is infer U) ? U & T : T>
} & { readonly [N in R]: Stream<T> }

/** Names of the fields of T that hold strings: those that can tell the members of a union apart. */
export type TagField<T> = { [F in keyof T]: T[F] extends string ? F : never }[keyof T] & string

/** The members of a union whose field F is V. */
export type Tagged<T, F extends keyof T, V> = T extends unknown
  ? V extends T[F]
    ? T[F] extends V
      ? T
      : T & Readonly<Record<F, V>>
    : never
  : never

/** A stream for each value of the field, of the members of the union that have it. */
export type SwitchedStreams<T, F extends keyof T> = { readonly [V in T[F] & string]: Stream<Tagged<T, F, V>> }

/**
 * Names keep their order in objects and do not collide with what objects inherit.
 * @throws MillraceError MR_GRAPH_INVALID
 */
export function checkOutputNames(operator: string, names: readonly string[], site: string): void {
  if (names.length === 0) throw new MillraceError('MR_GRAPH_INVALID', `${operator} needs at least one output`, { site })
  for (const name of names) {
    if (typeof name === 'string' && /^[\p{L}_$][\p{L}\p{N}_$.-]{0,99}$/u.test(name) && name !== '__proto__') continue
    throw new MillraceError(
      'MR_GRAPH_INVALID',
      `${operator} cannot have an output named ${JSON.stringify(name)}: 1 to 100 letters, digits and _ $ . -, no digit first`,
      { site },
    )
  }
}

/**
 * Streams that come into being when their names are read: a union's members are known to the compiler only.
 * @throws MillraceError MR_GRAPH_INVALID when the names are asked for
 */
export function streamsByName(operator: string, streamOf: (name: string) => Stream<unknown>, site: string): object {
  const refuse = (): never => {
    throw new MillraceError(
      'MR_GRAPH_INVALID',
      `The members of ${operator} are not known when the job runs: read those that you want by name, as in const { a, b } = ...`,
      { site },
    )
  }
  const known = new Map<string, Stream<unknown>>()
  return new Proxy(Object.freeze({}), {
    get: (_, name) => {
      if (typeof name !== 'string' || name.startsWith('!')) return undefined
      if (!known.has(name)) known.set(name, streamOf(name))
      return known.get(name)
    },
    ownKeys: refuse,
    has: refuse,
  })
}
