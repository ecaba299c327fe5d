import type { StateSpec, StateSpecs, StatesOf } from '../state/state-specs.ts'
import type { Emitters, OutputType, OutputTypes } from './outputs.ts'

/** Which clock a timer goes by. */
export type TimeDomain = 'event' | 'processing'

/** Timers of the current key in one kind of time. */
export interface KeyTimers {
  /**
   * Has `onTimer` called for this key at a time in ms since 1970. A timer that is set already stays one. A time that is over fires with the next watermark,
   * or the next look at the clock.
   */
  set(time: number): void
  /** Takes the timer of that time back; false when there was none. */
  delete(time: number): boolean
}

export interface ActorTimers {
  /** By the watermark. Timers that are left at the end of the input fire then. */
  readonly event: KeyTimers
  /** By the worker's clock. Timers that are left at the end of the input do not fire. */
  readonly processing: KeyTimers
}

/** What an actor knows and can do while it is called. Out of its place (after an `await`, or kept for later) every use of it is MR_CONTEXT_CLOSED. */
export interface CallContext<Out, Side extends OutputTypes> {
  /** Event time in ms of the record, or of the timer; NaN where there is none. What is emitted has the same. */
  readonly timestamp: number
  /** Event time in ms up to which records are expected no more; -Infinity before it is known. */
  readonly watermark: number
  /** The worker's clock, in ms since 1970. */
  readonly nowMs: number
  /** Puts a record out. */
  emit(record: Out): void
  /** Puts a record out where its name says: see `outputs` of the actor. */
  readonly to: Emitters<Side>
}

/** The same in a call that is about a key. */
export interface ActorContext<K, S extends StateSpecs, Out, Side extends OutputTypes = NoOutputs> extends CallContext<Out, Side> {
  /** The key of the record, or of the timer. */
  readonly key: K
  /** What is kept for this key. */
  readonly state: StatesOf<S>
  readonly timers: ActorTimers
}

/** What an instance of an actor is told when it starts and stops. */
export interface InstanceContext {
  readonly operator: string
  /** Number of the instance, 0 to `parallelism` - 1. */
  readonly index: number
  readonly parallelism: number
}

export type NoOutputs = {}

/** What all actors have in common. */
export interface ActorParts<K, S extends StateSpecs, Out, Side extends OutputTypes> {
  /** What is kept for each key, by name: `{ last: value<number>() }`. */
  readonly state?: S
  /** Type of the records that `ctx.emit` puts out: `recordsOf<Alert>()`. Without it nothing can be emitted. */
  readonly emits?: OutputType<Out>
  /** Further outputs by name: `{ late: recordsOf<Order>() }`. */
  readonly outputs?: Side
  /** A timer of the key has come: `time` is what it was set to. */
  onTimer?(time: number, ctx: ActorContext<K, S, Out, Side>, domain: TimeDomain): void
  /** Before the first record of an instance, after its state was restored. May be async. */
  onStart?(instance: InstanceContext): void | Promise<void>
  /** After the last one, also after a failure. May be async. */
  onStop?(instance: InstanceContext): void | Promise<void>
}

/**
 * What happens to the records of each key. An object, or an instance of a class. All of its methods run on one thread, one at a time, and return at once: whatever
 * waits belongs into `mapAsync`. What it keeps in `state` is exactly as old as its records after a restart; what it keeps elsewhere is lost.
 */
export interface KeyedActor<T, K, S extends StateSpecs, Out, Side extends OutputTypes = NoOutputs> extends ActorParts<K, S, Out, Side> {
  readonly onRecord: (record: T, ctx: ActorContext<K, S, Out, Side>) => void
}

/** An actor with two inputs of the same kind of key, which share its state and timers. */
export interface ConnectedActor<A, B, K, S extends StateSpecs, Out, Side extends OutputTypes = NoOutputs> extends ActorParts<
  K,
  S,
  Out,
  Side
> {
  /** A record of the stream that `connect` was called on. */
  readonly onFirst: (record: A, ctx: ActorContext<K, S, Out, Side>) => void
  /** A record of the other one. */
  readonly onSecond: (record: B, ctx: ActorContext<K, S, Out, Side>) => void
}

/** A handle without what changes the state. */
export type ReadOnlyState<Handle> = Omit<Handle, 'set' | 'update' | 'add' | 'delete' | 'clear'>

/** The same for states by name. */
export type ReadOnlyStatesOf<S> = { readonly [N in keyof S]: S[N] extends StateSpec<infer Handle> ? ReadOnlyState<Handle> : never }

/** The context of a keyed record beside broadcast state. */
export interface BesideBroadcast<
  K,
  S extends StateSpecs,
  B extends StateSpecs,
  Out,
  Side extends OutputTypes = NoOutputs,
> extends ActorContext<K, S, Out, Side> {
  /** What the broadcast has made known so far: only to be read here. */
  readonly broadcast: ReadOnlyStatesOf<B>
}

/** The context of a broadcast record, which has no key. */
export interface BroadcastContext<B extends StateSpecs, Out, Side extends OutputTypes = NoOutputs> extends CallContext<Out, Side> {
  readonly broadcast: StatesOf<B>
}

/**
 * An actor for keyed records that also gets each record of another stream in every instance. The state that these write is one for all keys; it stays the same in
 * every instance if `onBroadcast` depends on nothing but its records and not on their order.
 */
export interface BroadcastActor<
  T,
  R,
  K,
  S extends StateSpecs,
  B extends StateSpecs,
  Out,
  Side extends OutputTypes = NoOutputs,
> extends Omit<ActorParts<K, S, Out, Side>, 'onTimer'> {
  /** What broadcast records write, by name: `{ rules: map<string, Rule>() }`. */
  readonly broadcast: B
  readonly onRecord: (record: T, ctx: BesideBroadcast<K, S, B, Out, Side>) => void
  readonly onBroadcast: (record: R, ctx: BroadcastContext<B, Out, Side>) => void
  onTimer?(time: number, ctx: BesideBroadcast<K, S, B, Out, Side>, domain: TimeDomain): void
}

/** An actor, or what makes one for each instance: then each has fields of its own. It is also called once where the graph is built. */
export type Made<A> = A | (() => A)
