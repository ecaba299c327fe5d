import type { OperatorDefinition } from '../actor/contract.ts'
import type { ErrorPolicy } from './error-policy.ts'
import type { EventTimeOptions } from './event-time.ts'
import type { Guarantee, Parallelism } from './graph.ts'
import type { PlacementOptions } from './placement-options.ts'

/** The part of a web stream (`ReadableStream`) that is read from. */
export interface WebStream<T> {
  getReader(): { read(): Promise<{ readonly done: boolean; readonly value?: T | undefined }>; cancel(reason?: unknown): Promise<void> }
}

export interface SourceOptions<T> extends EventTimeOptions<T>, PlacementOptions {
  /** Instances. Default: one per worker, at most one per split. */
  readonly parallelism?: number
}

export interface GenerateOptions<T> extends SourceOptions<T> {
  /** Number of records: `make` is called with 0 .. count - 1. Infinity is allowed. */
  readonly count: number
  /** The record of row n. Must depend on nothing but n, since rows are made again after a restart. */
  readonly make: (n: number) => T
  /** Row n belongs to split floor(n / 1024) mod splits, or to n mod splits when there is a `rowsPerSecond`. Default 16. */
  readonly splits?: number
  /**
   * Rows that the whole source makes in a second, shared by its instances as its splits are, a few every ms, nearly in the order of their numbers. A
   * source that was held back makes up for one second of it at most. Default: as many as it can. May change from run to run (Infinity
   * included), but a job that goes on from a checkpoint can neither begin to have it nor cease to.
   */
  readonly rowsPerSecond?: number
}

/** What a timer source emits. */
export interface Tick {
  /** 0, 1, 2 ... without gaps, over restarts. */
  readonly n: number
  /** When it was emitted, in ms since 1970. */
  readonly at: number
}

export interface TimerOptions extends PlacementOptions {
  /** Time between two ticks, at least 1 ms. The first comes after so long. */
  readonly everyMs: number
  /** Ticks after which it ends. Default: it does not. */
  readonly count?: number
  /** Event time of a tick; `(tick) => tick.at` for example. Without it ticks have none. */
  readonly eventTime?: (tick: Tick) => number
}

/** What `open` of an iterable source may give: arrays, generators, Node.js streams, web streams. */
export type Input<T> = Iterable<T> | AsyncIterable<T> | WebStream<T>

export interface IterableOptions<T> extends SourceOptions<T> {
  /**
   * Opens the input: called once per attempt, and has to give another stream or generator each time. What it gave is closed at the end of the
   * attempt: generators by `return()`, Node.js streams by `destroy()`, web streams by `cancel()`.
   *
   * @param position records that were processed already
   */
  readonly open: (position: number) => Input<T> | Promise<Input<T>>
  /**
   * Where the input begins after a restart. 'skip' (default): at its beginning again, with the same records; the first `position` are
   * read and dropped. 'seek': `open(position)` begins behind as many records. 'live': with what comes now, as a socket does; what was read since the
   * last checkpoint is lost then, so that the source is at-most-once.
   */
  readonly resume?: 'skip' | 'seek' | 'live'
}

/** Options of {@link Sources.from}. */
export interface OwnSourceOptions<T> extends EventTimeOptions<T>, PlacementOptions {
  /** What comes of its records after a restart. Default 'at-least-once'. */
  readonly guarantee?: Guarantee
  /** Instances. Default 1. */
  readonly parallelism?: Parallelism
  /**
   * What happens to input that the source cannot make a record of: it has to tell `context.badInput` about it, see docs/sources.md. Default: that of the job, or
   * 'fail'.
   */
  readonly onError?: ErrorPolicy
}

/** Where a stream begins, as connectors make it; the type parameter is what it gives. For {@link Sources.from}. */
export interface SourceSpec<out T> {
  readonly kind: string
  readonly spec: Readonly<Record<string, unknown>>
  readonly parallelism: Parallelism
  /** What comes of its records after a restart. */
  readonly guarantee: Guarantee
  /** Absent for kinds that are built in. */
  readonly definition?: OperatorDefinition
  readonly gives?: () => T
}

/** Options of {@link Sources.from} for what a connector made. */
export interface ConnectedSourceOptions<T> extends SourceOptions<T> {
  /** What happens to input of which no record can be made. Default: that of the job, or 'fail'. */
  readonly onError?: ErrorPolicy
}
