/**
 * The actor contract: all that a file in `actors/` may know of the runtime.
 *
 * An actor runs a chain of operators, one instance of each. An operator is either *woven* (stateless: it becomes a line
 * of the chain's generated loop) or an {@link OperatorActor}: an object with the life cycle below. All methods of one
 * actor run on one thread, one at a time, and never block it.
 *
 *   create -> restore? -> open -> (process | processBatch | flush | snapshot)* -> onEnd -> snapshot -> close
 *
 * The runtime calls `flush` before every `snapshot`, so nothing that an operator holds back is lost or counted twice.
 */
import type { CheckpointSize } from '../core/checkpoint-measures.ts'
import type { Clock } from '../core/clock.ts'
import type { Key } from '../core/key-hash.ts'
import type { StateReading } from '../state/keyed-backend.ts'
import type { TableStore } from '../state/tables/table-store.ts'
import type { StateBackend, WorkingStore } from '../state/working/working-store.ts'
import type { DeadLetterOrigin } from '../graph/error-policy.ts'
import type { MillraceError } from '../errors.ts'

export type { CheckpointSize } from '../core/checkpoint-measures.ts'

/** Rows that arrived as columns. Reading a column builds no objects; `records()` builds (and keeps) them all. */
export interface ColumnBatch {
  readonly length: number
  /** Event times in ms, NaN where a record has none; null when no record has one. */
  readonly timestamps: Float64Array | null
  records(): unknown[]
  /** A top-level field as numbers when it is one in every row, else null. */
  numbers(field: string): Int32Array | Float64Array | null
  values(field: string): ArrayLike<unknown>
}

export interface Column {
  readonly name: string
  readonly values: Int32Array | Float64Array | readonly unknown[]
}

/** One outgoing edge, for operators that choose the channel themselves. Channel i leads to instance i of the receiver. */
export interface Output {
  readonly channelCount: number
  /** Key group -> channel. */
  readonly route: Uint16Array
  push(channel: number, record: unknown, timestamp: number): void
  /** Rows 0..count of the columns, which are copied. */
  pushColumns(channel: number, columns: readonly Column[], count: number): void
  /** The channel with the most credit; of several, each in turn. */
  widest(): number
  /** Calls `fn` before a watermark leaves, which may be later than `onWatermark`, and for several at once: what `fn` pushes comes before it. */
  beforeWatermark(fn: (watermark: number) => void): void
  /** Records that wait for the batch of a channel to be full. */
  pending(channel: number): number
}

/**
 * A piece of state. Group chunks follow their key group, split chunks their split, instance chunks the instance number. Chunks with the scope
 * 'all' go to every instance, whoever wrote them and however many there were: their `id` is the number of the instance that wrote them. A chunk with the scope 'working'
 * never gets into a checkpoint: it stands for what the instance has given to its working store, which becomes group chunks; at most one an instance. Several chunks of one
 * scope and id are parts: `restore` gets them in their order.
 */
export interface StateChunk {
  readonly scope: 'group' | 'split' | 'instance' | 'all' | 'working'
  readonly id: number
  /** Plain data or bytes. */
  readonly value: unknown
  /**
   * Only what has changed since the checkpoint of this id, of which `onCheckpointComplete` was told last or the time before; undefined: nothing has. `restore` gets the chunks that this
   * scope and id have there, and this one behind them. Not for the last state (checkpoint 0).
   */
  readonly since?: number
}

export interface OperatorContext {
  readonly jobName: string
  readonly operator: string
  readonly site: string
  /** This instance's number, 0 .. parallelism - 1. */
  readonly index: number
  readonly parallelism: number
  readonly attempt: number
  /**
   * Name of the chain of checkpoints that the run goes on with: of the same name when it is launched again with its state, of another when it begins anew or with a
   * savepoint.
   */
  readonly lineage: string
  /** Id of the first checkpoint that the process may take. Each process that goes on with a state directory has a larger one than all before it. */
  readonly firstCheckpoint: number
  readonly keyGroups: number
  /** Where state by key is to be kept, by operators that can choose. */
  readonly backend: StateBackend
  /** State by key that does not fit into memory; see src/state/working/working-store.ts. */
  readonly workingStore: () => WorkingStore
  /** A table that changes with checkpoints, in a folder; see src/state/tables/table-store.ts. */
  readonly openTable: (path: string) => TableStore
  /** Records that one poll should make at most. */
  readonly batchRecords: number
  readonly clock: Clock
  /** Event time in ms that the actor has come to, as `onWatermark` says it; from `open` on, also what it had come to before a restart. -Infinity: none. */
  readonly watermark: () => number
  /** False where records, and what is kept of them, need not be frozen. */
  readonly freezes: boolean
  /** False where the process forbids code generation, or a test asks for it. */
  readonly generateCode: boolean
  /** Passes a record on to the operators after this one. */
  readonly emit: Emit
  /** The same for a named output; what nothing reads goes nowhere. */
  readonly emitTo: (output: string) => Emit
  /** The outgoing edge of a routing operator; null for others. */
  readonly output: Output | null
  /**
   * Runs the rest of a source's chain: rows `from` to `to` of what the head of the chain reads. With a `split`, all are of that split, which has a
   * watermark of its own; without, the instance reads all of its input in the order of time. `position` is that of the first of these rows, by
   * which dead letters say where a record came from; default: `from`. Only for sources.
   */
  readonly run: (records: unknown, from: number, to: number, timestamps: Float64Array | null, split?: number, position?: number) => void
  /** A split that this instance of a source reads, from `open` on or later: until its first record the watermark waits for it. */
  readonly openSplit: (split: number) => void
  /** A split was read to its end: the watermark no longer depends on it, until it is opened again. */
  readonly closeSplit: (split: number) => void
  /** The record at hand came from here; null unless the operator writes dead letters. */
  readonly origin: () => RecordOrigin | null
  /**
   * Runs `work`, which emits or throws, for a record that was processed before, under the operator's policy for bad records: for operators whose results
   * come later. `origin` is what {@link OperatorContext.origin} said when the record came.
   */
  readonly guarded: (record: unknown, timestamp: number, origin: RecordOrigin | null, work: () => void) => void
  /** True when the operator has a policy for bad records: `process` may throw and be called again, after {@link OperatorActor.undo}. */
  readonly undoes: boolean
  /** Of a source with a policy for bad records; null for all others. */
  readonly badInput: BadInput | null
  /**
   * Makes a waiting source poll again, and an operator that was not `ready` be asked again; callable from promises and events. Does nothing once
   * the attempt is over.
   */
  readonly wake: () => void
  /** The same at a time of `clock.monotonicMs()`, or a little later. One appointment an operator: the last call counts. */
  readonly wakeAt: (monotonicMs: number) => void
  /** Asks for a checkpoint of the whole job, soon: bounded by the least pause between checkpoints, and one for all who ask meanwhile. */
  readonly requestCheckpoint: () => void
  /** Tells the app thread how far an inlet was read, or that a checkpoint made it durable. */
  readonly notify: (notice: InletNotice) => void
}

/** Where a record came from, as dead letters tell it. */
export type RecordOrigin = DeadLetterOrigin

/** What becomes of input that a source cannot parse, by its policy. */
export interface BadInput {
  /** Before each item, good or bad. */
  next(): void
  /**
   * The item is left out; or kept as a dead letter, with its raw form, that says where it was. Throws where the policy has had enough.
   *
   * @param raw plain data; what a parser was given, best as bytes
   * @param failure MR_INPUT_INVALID, what was thrown as its cause
   */
  leaveOut(raw: unknown, failure: MillraceError, split: number, position: number): void
}

export interface InletNotice {
  readonly inlet: string
  /** Records read since the job began. */
  readonly position: number
  /** 'restored' opens an attempt: send what follows. 'committed': what precedes is not needed again. */
  readonly event: 'restored' | 'committed'
}

/**
 * What a source has to say after a poll: records may follow at once, when a promise or an event has called `wake` ('waiting'), at the time that
 * it gave to `wakeAt` ('pausing'), or never. A source that waits for an event or a time, whichever comes first, is 'waiting'.
 */
export type PollResult = 'more' | 'waiting' | 'pausing' | 'end'

/** How far a source is, of how much: all of its instance's input, what was processed before a restart included. */
export interface SourceProgress {
  readonly position: number
  readonly size: number
  readonly unit: 'records' | 'bytes'
}

/** What a method has to say that may emit a lot: all is done, or call it again when what it emitted is on its way. */
export type Progress = 'done' | 'more'

export interface OperatorActor {
  open?(): void | Promise<void>
  /**
   * Operators with several inputs: the records that follow come from this one, counted from 0 in the order in which the graph connects them. Called
   * before the first batch, and where the input changes.
   */
  selectInput?(input: number): void
  /**
   * Heads of chains that keep state elsewhere than in memory: a batch is about to come. False when state of its keys has to be fetched first; then this is asked
   * again once `fetches` is false, before anything else happens.
   */
  prepare?(batch: ColumnBatch): boolean
  /** Heads of chains: true while state is on its way, until which the actor stands still. Read before every step; `context.wake()` says that it has changed. */
  readonly fetches?: boolean
  /** One record; what it emits must not be changed afterwards. */
  process?(record: unknown, timestamp: number): void
  /**
   * `process` threw, and by the operator's policy its record is left out: state is to be again what it was before the call. What it emitted
   * is dropped by the runtime. Not needed by operators that call what may throw, `emit` included, before they change anything.
   */
  undo?(): void
  /** A whole batch as columns. Returns false when it wants the records one by one instead. Not called under a policy for bad records. */
  processBatch?(batch: ColumnBatch): boolean
  /** Sources only: hands at most one batch to `context.run`. */
  poll?(): PollResult
  /** Sources that know the size of their input; null when they do not. Called at any time after `open`, on the actor's thread. */
  progress?(): SourceProgress | null
  /** True for sources that do not poll: a checkpoint begins in them, as in those that do. */
  readonly injectsBarriers?: boolean
  /** After every batch of the actor's input: the place for checks that are too dear for every record. */
  afterBatch?(): void
  /**
   * Event time has come to `watermark` (ms, larger than ever before): no record with that time or an earlier one is to be expected. Emit what is due;
   * later operators hear of it when all is emitted. Infinity: the input is over. 'held': the operator still works on records that came before, and lets the
   * watermark go with `releasedWatermark`; only for operators that begin a chain (`startsChain` of the definition), and not for Infinity.
   */
  onWatermark?(watermark: number): Progress | 'held'
  /** Of operators that hold watermarks: the largest one that may go on. Read when `ready` was called. */
  readonly releasedWatermark?: number
  /** Of operators that hold watermarks: true while records that came are still to leave, so that word of an idle input waits as well. */
  readonly holdsRecords?: boolean
  /** True while promises are under way on which the operator's results depend: the event loop goes on turning for them. Read when `ready` was called. */
  readonly awaitsPromise?: boolean
  /** Wall-clock time in ms at which `onTime` is to be called; Infinity for never. Read after every step. */
  readonly wakeAtMs?: number
  /** The clock has come to `wakeAtMs`. Called again while `wakeAtMs` is due. */
  onTime?(nowMs: number): void
  /**
   * Pass on what is held back, since the input ran dry or the linger is over. With `force`, since a barrier or the end is due: then nothing
   * may be kept that is not part of the snapshot.
   */
  flush?(force: boolean): void
  /** True while `flush(false)` would do something. */
  readonly holdsBack?: boolean
  /**
   * For operators whose work goes on outside, in promises and streams: false while there is so much of it that nothing more may come; after
   * `flush(true)`, until all of it is done. Meanwhile the actor stands still: no record, no snapshot, no `onEnd`. Call `context.wake()`
   * when the answer has changed. Throws what went wrong outside. Called before every step, so it may also emit what has been done meanwhile.
   */
  ready?(): boolean
  /** All inputs ended: emit last results. Called again while it returns 'more', between batches of output. */
  onEnd?(): Progress
  /** @param checkpointId what it belongs to; 0 after the end: to every later checkpoint */
  snapshot?(checkpointId: number): StateChunk[]
  /**
   * Instead of `snapshot`, for operators whose state is large: the state as it is now, one chunk after the other; where it gives null, records come before it is asked on.
   * What they change does not belong to it. It is asked to its end, unless the checkpoint fails, another snapshot begins, or the attempt is over.
   */
  snapshotInSteps?(checkpointId: number): Iterable<StateChunk | null>
  restore?(chunks: readonly StateChunk[]): void | Promise<void>
  /** Operators with named state by key: what is kept now, in the form in which it is stored; undefined for nothing, a promise where it has to be fetched. Called between batches. */
  query?(state: string, key: Key): StateReading
  /**
   * Everything up to this checkpoint is durable. A promise is waited for before a job counts as finished; records go on meanwhile, and so may the next checkpoint. One that
   * rejects fails the operator.
   * @param tookMs from its first barrier until it was on disk
   * @param size of the whole checkpoint
   */
  onCheckpointComplete?(checkpointId: number, tookMs: number, size: CheckpointSize): void | Promise<void>
  /** A checkpoint was given up: it does not exist. The job goes on; one that ends with the attempt is not told. A promise that rejects fails the operator. */
  onCheckpointFailed?(checkpointId: number, reason: string): void | Promise<void>
  /** Operators that sum up by key what they send: the next call of `process` is that of a record whose key may be asked for. */
  beginSample?(): void
  /** The key of the record that came since `beginSample`; undefined where there was none, or it cannot be told. */
  sampledKey?(): Key | undefined
  /** Free what `open` took. Also called after a failure. */
  close?(): void | Promise<void>
}

/** Helps a stateless operator to become code. Everything it returns is an expression or a fresh name. */
export interface Weaver {
  /** A constant of the generated function that holds `spec[key]`. */
  spec(key: string): string
  constant(value: unknown): string
  fresh(prefix: string): string
  /** Named outputs that something reads. */
  readonly outputs: readonly string[]
  /** Code of all operators that read this one, or one of its named outputs, for the record in the variable `value`. */
  next(value: string, output?: string): string
}

export interface OperatorDefinition {
  readonly kind: string
  /** Names of its outputs besides the one that every operator has; `stream.sideOutput(name)` reads them. */
  readonly outputs?: readonly string[]
  /**
   * Present where an instance, with its state of a checkpoint and the same calls since then, has the same results again: its user's functions being so, too. 'inOrder': what it
   * makes of a batch comes in the same order. 'asSets': what it makes of a batch, a watermark or a flush are the same records. Absent: effects outside, calls that take their time,
   * input of its own.
   */
  readonly repeats?: 'inOrder' | 'asSets'
  /** True for operators that are never fused with their input. */
  readonly startsChain?: boolean
  /** Stateless operators: code for the record in the variable `value`. */
  readonly weave?: (weaver: Weaver, value: string, spec: Readonly<Record<string, unknown>>) => string
  /** The same as a closure, for processes that forbid code generation. */
  readonly link?: (spec: Readonly<Record<string, unknown>>, next: Emit, outputs: ReadonlyMap<string, Emit>) => Emit
  /** Sources whose records are computed from a row number: expression of the record in row `i`. */
  readonly weaveRow?: (weaver: Weaver, row: string) => string
  readonly makeRow?: (spec: Readonly<Record<string, unknown>>) => (row: number) => unknown
  /** Operators with state, time or effects. */
  readonly create?: (spec: Readonly<Record<string, unknown>>, context: OperatorContext) => OperatorActor
}

export type Emit = (record: unknown, timestamp: number) => void

/** Finds an operator definition by its kind. */
export type Registry = ReadonlyMap<string, OperatorDefinition>
