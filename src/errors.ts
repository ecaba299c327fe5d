/**
 * Every error that millrace raises on purpose is a {@link MillraceError} with a code out of this closed list.
 * A code never changes its meaning; the text beside it says what to do about it.
 */
export const ERROR_CODES = {
  MR_OPTION_INVALID: 'An option has a wrong type or value. Correct the option that the message names.',
  MR_CONFIG_INVALID: 'The job configuration does not match its schema. Correct the fields that the message lists.',
  MR_JOB_INVALID: 'The job module does not export a job. Export the value of defineJob(import.meta, ...) as default.',
  MR_JOB_LOAD_FAILED: 'The job module could not be loaded on a thread. Fix the error that is given as cause.',
  MR_JOB_TYPESCRIPT_UNSUPPORTED: 'This Node.js cannot run .ts job modules. Use Node.js 22.18 or newer, or compile the job to JavaScript.',
  MR_GRAPH_INVALID: 'The graph of the job is not valid. Change the operator that the message names.',
  MR_PLACEMENT_IMPOSSIBLE:
    'The demands of the operators, or where they want to be, do not fit the workers. See the numbers in the message: lower a demand, drop a wish, or launch with more workers or more heap.',
  MR_RESCALE_IMPOSSIBLE:
    'An operator cannot run in so many instances, or not now. See the reason in the message; the run goes on as it was.',
  MR_GRAPH_DIFFERS: 'Two threads built different graphs from one job. Remove clocks, random values and environment from build().',
  MR_ENTRY_MISSING:
    'A module that a thread begins with does not exist. In a bundled app, build it and name it: workerEntry, controlEntry, storageEntry, jobEntry.',
  MR_LAUNCH_IN_WORKER: 'launch() ran inside a worker of millrace. Keep launch() out of modules that the job imports.',
  MR_OPERATOR_FAILED: 'User code of an operator threw. Fix the cause, or give the operator an onError policy.',
  MR_RECORD_NOT_SERIALIZABLE:
    'A record holds a value that cannot cross threads. Emit plain data: no functions, symbols or class instances.',
  MR_RECORD_TOO_LARGE: 'A record is larger than the limit. Split it, or raise the limit that the message names.',
  MR_KEY_INVALID: 'A key is not a string, finite number, bigint, boolean or a tuple of them. Return one of these from keyBy.',
  MR_PARTITION_INVALID:
    'A record could not be given to an instance. Return an integer of 0 to channels - 1 from partitionBy; give every record an event time for partitionByTime.',
  MR_EVENT_TIME_MISSING:
    'A record has no event time where one is needed. Give the source, or withEventTime(), an eventTime that returns milliseconds for every record.',
  MR_EVENT_TIME_INVALID:
    'An eventTime, or watermark() of a generator, returned something that is no time. Return milliseconds since 1970 as a number: date.getTime(), Number(text); seconds times, microseconds divided by 1,000.',
  MR_BUFFER_FULL: 'An operator keeps as many records as it may. Raise the bound that the message names, or remove what makes it wait.',
  MR_ASYNC_TIMEOUT:
    'A call of mapAsync, lookup, or a function of a sink, did not return in time. Raise its timeoutMs, give it a retry, or look at what it calls.',
  MR_PRIORITY_INVALID: 'A record has no priority that there is. Return an integer of 0 to levels - 1 from the function of prioritize.',
  MR_AGGREGATE_INVALID: 'An aggregate met a value that it cannot use. Map the field to a number first.',
  MR_FRAME_CORRUPT: 'A frame could not be decoded. The memory or file that it came from is damaged, or not a millrace frame.',
  MR_RING_INVALID: 'A ring buffer has a wrong size or was not made by createRing().',
  MR_PATH_UNUSABLE:
    'A file or directory does not exist, or may not be used as it should be. See the path in the message; correct it, its rights or what is there.',
  MR_INPUT_INVALID:
    'A line or row of input is not what its source expects. Correct the input at the place in the message, or give the source an onError policy.',
  MR_SOURCE_FAILED: 'A source could not read its input. See the cause, and the path or position in the message.',
  MR_SINK_FAILED: 'A sink could not write its output. See the cause, and the path in the message.',
  MR_SINK_TABLE_CHANGED:
    'The table of a sink is not what the checkpoint left, and cannot be made that again: another run wrote it since, it was removed, or the checkpoint is too old. Give the sink another path; or remove the table and begin anew with fresh: true.',
  MR_RECORD_REFUSED:
    'A record does not fit its sink: a field without a column, a folder that cannot be. Change record or sink, or give the sink an onError policy.',
  MR_STATE_DIR_LOCKED: 'Another process uses this state directory. Stop it, or choose another stateDir.',
  MR_STATE_DIR_INVALID: 'The state directory is not usable. Give a directory that this process may write.',
  MR_STATE_MISSING:
    'There is no state to read at this path: no state directory, no savepoint, or one without a complete checkpoint. Give the path of one; "millrace state ls" says what a directory holds.',
  MR_STATE_CORRUPT: 'A checkpoint failed its checksum or format. Restore an older one, or start with fresh: true.',
  MR_STATE_INCOMPATIBLE:
    'A checkpoint was written by another job, format or hash version. Start with fresh: true, or use the version that wrote it.',
  MR_CHECKPOINT_FAILED: 'A checkpoint could not be completed. The job goes on; see the cause.',
  MR_CHECKPOINT_GONE:
    'There is no such checkpoint, or newer ones took its place while it was read. Open the newest one, or let the run keep more: checkpointsRetained.',
  MR_WORKING_STATE_FAILED:
    'State with the backend lmdb could not be read or written: the disk of the state directory is full or broken. Give it more room, or more memory to the cache.',
  MR_REPLAY_DIVERGED:
    'An actor could not be brought to where it was before its failure; its region was restarted instead. Functions that look at clocks, random values or variables of their own make it so: use those of the context, and state.',
  MR_WORKER_LOST: 'A worker thread ended unexpectedly. See the cause; the region was restarted unless its restarts were used up.',
  MR_PROCESS_LOST:
    'The process of a supervised job ended without being asked to. It was started again from its state unless its restarts were used up: look for what ends it (memory, native code, its own message above).',
  MR_UI_REMOTE_REFUSED:
    'The dashboard would be reachable from other machines. Leave its host out, or say that this is meant: allowRemote: true, or --ui-allow-remote.',
  MR_UI_PORT_UNUSABLE: 'The dashboard could not listen on its address. Give another port, or leave it out and any free one is taken.',
  MR_UI_REQUEST_REFUSED:
    'A request to the dashboard was refused. See the message: token, host, origin, method, size or the name of a savepoint.',
  MR_UI_PAGE_MISSING:
    'The page of the dashboard is not beside the code that serves it. Build it: npm run build; the data under /api/ is served without it.',
  MR_COMMANDS_UNAVAILABLE:
    'Commands cannot reach runs through the folder of this user. See the reason in the message; MILLRACE_RUNTIME_DIR names another folder.',
  MR_CONTROL_LOST: 'The control thread ended unexpectedly. The run is over; launch again to resume from the last checkpoint.',
  MR_STORAGE_LOST: 'The storage thread ended unexpectedly. The run is over; launch again to resume from the last checkpoint.',
  MR_RESTARTS_EXHAUSTED: 'The job failed more often than its restart intensity allows. Fix the cause, or raise restart.maxRestarts.',
  MR_CALL_TIMEOUT: 'A control call did not return in time. The thread that it went to hangs or is overloaded.',
  MR_RUN_ENDED: 'The run has ended: nothing can be pushed into it or asked of it any more.',
  MR_LISTENER_FAILED: 'A listener of run.onNotice() threw. The run goes on; correct the listener. Told as a process warning.',
  MR_SIMULATION_FAILED: 'A simulated run did not end, or broke a law of the engine. Replay it with the seed in the message, and report it.',
  MR_KIT_DIFFERS:
    'An operator gave other outputs when the operator kit ran it again. Make its results depend on its input and its snapshot only, or tell the kit what may differ.',
  MR_SINK_BROKEN:
    'A sink lost records or repeated some when the sink kit let it crash. See the steps in the message: what a complete checkpoint holds has to be shown once, whatever crashes.',
  MR_SOURCE_BROKEN:
    'A source lost records, repeated some or broke a rule of sources when the source kit let it crash. See the rule, and the steps, in the message; docs/sources.md says what a source has to do.',
  MR_CONTEXT_CLOSED:
    'The context of a keyed actor was used outside of a call that allows it. Use it within the call, before any await; use mapAsync for calls that take time.',
  MR_STATE_UNKNOWN: 'There is no such operator or state. Name an operator that keeps named state, and one of its states, as the job does.',
  MR_PACKAGE_MISSING:
    'A connector needs a package that is not installed, or that this Node.js is too old for. Install the package, or the Node.js, that the message names.',
  MR_ABORTED: 'The run was stopped by its AbortSignal.',
} as const

export type ErrorCode = keyof typeof ERROR_CODES

/** Errors that come again however often one restarts: a job that meets one fails at once. What user code throws is none of them, since it may depend on the world. */
export const LASTING_CODES: ReadonlySet<ErrorCode> = new Set([
  'MR_OPTION_INVALID',
  'MR_CONFIG_INVALID',
  'MR_JOB_INVALID',
  'MR_JOB_LOAD_FAILED',
  'MR_JOB_TYPESCRIPT_UNSUPPORTED',
  'MR_GRAPH_INVALID',
  'MR_PLACEMENT_IMPOSSIBLE',
  'MR_GRAPH_DIFFERS',
  'MR_LAUNCH_IN_WORKER',
  'MR_RECORD_NOT_SERIALIZABLE',
  'MR_RECORD_TOO_LARGE',
  'MR_RECORD_REFUSED',
  'MR_SINK_TABLE_CHANGED',
  'MR_KEY_INVALID',
  'MR_PARTITION_INVALID',
  'MR_EVENT_TIME_MISSING',
  'MR_EVENT_TIME_INVALID',
  'MR_PRIORITY_INVALID',
  'MR_AGGREGATE_INVALID',
  'MR_CONTEXT_CLOSED',
  'MR_PATH_UNUSABLE',
  'MR_INPUT_INVALID',
  'MR_STATE_DIR_LOCKED',
  'MR_STATE_DIR_INVALID',
  'MR_STATE_MISSING',
  'MR_STATE_CORRUPT',
  'MR_STATE_INCOMPATIBLE',
  'MR_CONTROL_LOST',
  'MR_STORAGE_LOST',
  'MR_RUN_ENDED',
  'MR_PACKAGE_MISSING',
  'MR_ABORTED',
])

/** Where an error happened, as far as it is known. */
export interface ErrorDetails {
  readonly cause?: unknown
  /** Name of the operator that failed. */
  readonly operator?: string
  /** `file:line:column` of the call that defined the operator. */
  readonly site?: string
}

/** A bundle may hold this class several times: what one copy throws is an instance of every other's as well. */
const BRAND = Symbol.for('millrace.error')

export class MillraceError extends Error {
  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && BRAND in value
  }

  readonly code: ErrorCode
  readonly operator: string | undefined
  readonly site: string | undefined

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    const where = [details.operator && `operator "${details.operator}"`, details.site && `defined at ${details.site}`]
      .filter(Boolean)
      .join(', ')
    super(`${message}${where ? ` (${where})` : ''}`, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'MillraceError'
    this.code = code
    this.operator = details.operator
    this.site = details.site
  }

  /** @internal The same, with the place that who made it did not know. */
  at(site: string): MillraceError {
    const { code, operator, cause } = this
    const text = operator === undefined ? this.message : this.message.replace(` (operator "${operator}")`, '')
    const located = new MillraceError(code, text, { cause, ...(operator !== undefined && { operator }), site })
    if (this.stack !== undefined) located.stack = this.stack.replace(this.message, () => located.message)
    return located
  }

  /** @internal */
  get [BRAND](): true {
    return true
  }

  /** What to do about it. */
  get remedy(): string {
    return ERROR_CODES[this.code]
  }
}
