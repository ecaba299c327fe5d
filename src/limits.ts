/** Every bound of the runtime, its unit in its name. Options may change some of them; nothing is unbounded. */

/** Records in one batch: as shipped, and at most. */
export const BATCH_RECORDS_DEFAULT = 1024
export const BATCH_RECORDS_MAX = 4096
/** Rows of one block of a generator; blocks are dealt out to its splits in turn. */
export const GENERATOR_BLOCK_ROWS = 1024
/** Encoded bytes that one batch aims to stay below. */
export const BATCH_BYTES_TARGET = 64 * 1024
/** Encoded bytes of one batch, a single huge record included. */
export const BATCH_BYTES_MAX = 256 * 1024 * 1024
/** Shapes of records that one batch keeps as columns; records of further shapes are packed one by one. */
export const SHAPES_PER_BATCH_MAX = 8
/** Levels of objects and arrays within one record. */
export const VALUE_DEPTH_MAX = 200
/** Fields that one shape keeps as columns; records with more are packed one by one. */
export const COLUMNS_PER_SHAPE_MAX = 128
/** Records of one batch that fit no learnt shape before the batch is used to learn from. */
export const MISFITS_PER_BATCH_MAX = 16
/** Shapes of one batch that a codec looks at when it learns. */
export const SHAPE_CANDIDATES_MAX = 64
/** Batches that a learnt shape may stay unused before another may take its place. */
export const SHAPE_IDLE_BATCHES_MAX = 64
/** Schema tables, and shapes, that a decoder remembers. */
export const DECODER_SHAPES_MAX = 64
/** Bytes of a column's last dictionary that a decoder remembers. */
export const DICTIONARY_REMEMBERED_BYTES_MAX = 16 * 1024
/** Bytes of text that are decoded into one string; what is kept of it pins no more than that. */
export const STRING_SLICE_BYTES_MAX = 1024
/** Bytes of one ring, header excluded. A power of two. */
export const RING_BYTES_DEFAULT = 4 * 1024 * 1024
export const RING_BYTES_MIN = 4 * 1024
export const RING_BYTES_MAX = 1024 * 1024 * 1024
/** Part of a ring that only control frames may use. */
export const RING_CONTROL_RESERVE_BYTES = 1024
/** Received, unprocessed bytes of one actor over all of its channels. */
export const MAILBOX_BYTES_DEFAULT = 2 * 1024 * 1024
/** Time that a combiner or a partly filled batch may wait. */
export const LINGER_MS_DEFAULT = 5
/** Records that one step of an operator releases at a watermark before what it emitted is sent. */
export const RELEASED_RECORDS_PER_STEP = 1024
/** Event times lie within so many ms of 1970: what Date can hold, and where adding the sizes of windows stays exact. */
export const EVENT_TIME_MS_MAX = 8_640_000_000_000_000
/** Records that mergeByTime keeps until the watermark has come to them. */
export const MERGE_BUFFER_RECORDS_DEFAULT = 1_000_000
/** Calls of one async operator instance at a time: as shipped, and at most. */
export const ASYNC_IN_FLIGHT_DEFAULT = 100
export const ASYNC_IN_FLIGHT_MAX = 100_000
/** Time that one call of an async operator may take. */
export const ASYNC_TIMEOUT_MS_DEFAULT = 60_000
/** Longest pause before a failed call of an async operator is made again. */
export const ASYNC_RETRY_MS_MAX_DEFAULT = 10_000
/** Keys that a combiner holds before it flushes. */
export const COMBINER_ENTRIES_MAX = 64 * 1024
/** Keys that a combiner remembers from flush to flush, so that they keep their slots. */
export const COMBINER_KEYS_MAX = 256 * 1024
/** While fewer records than this come to a combiner of windows from one look to the next, it sends ahead what it holds: nothing is left to be done when a window ends. */
export const COMBINED_AHEAD_RECORDS_MAX = 1024
/** Time between two such flushes. */
export const COMBINED_AHEAD_MS = 10
/** Keys that a combiner of windows remembers at least: those of windows come and go. */
export const COMBINED_KEYS_KEPT_MIN = 4096
/** Levels of tuples within tuples that a key may have. */
export const KEY_TUPLE_DEPTH_MAX = 8
/** Longest time that a busy worker keeps its event loop waiting. */
export const EVENT_LOOP_TURN_MS = 1.5
/** Longest sleep of an idle worker on its doorbell. */
export const DOORBELL_SLEEP_MS_MAX = 10
/** Key groups of a job: the unit in which keyed state moves. */
export const KEY_GROUPS_DEFAULT = 128
export const WORKERS_MAX = 256
export const CHECKPOINT_INTERVAL_MS_DEFAULT = 1000
export const CHECKPOINT_TIMEOUT_MS_DEFAULT = 60_000
/** Records between two checkpoints by count, in a counter of 32 bits that a batch may exceed. */
export const CHECKPOINT_EVERY_RECORDS_MAX = 1_000_000_000
/** Complete checkpoints kept in the state directory. */
export const CHECKPOINTS_RETAINED_DEFAULT = 2
export const CHECKPOINTS_RETAINED_MAX = 1000
/** Checkpoints that may be in a row unsuccessful at the end of a job before the run fails. */
export const CHECKPOINT_FINAL_TRIES_MAX = 3
/** A checkpoint that somebody asked for gave way to an actor that says what is left at the end of its input: it is tried again after so long, in milliseconds. */
export const CHECKPOINT_DRAIN_LOOK_MS = 100
/** Encoded bytes of one chunk of a snapshot. */
export const CHECKPOINT_CHUNK_BYTES_MAX = 256 * 1024 * 1024
/** Chunks of a checkpoint go to a worker in blocks of this size; larger ones have one of their own. */
export const READ_BLOCK_BYTES = 4 * 1024 * 1024
/** Chunks below this size are gathered in one buffer when they go to another thread; larger ones go as they are. */
export const CHUNK_COPY_BYTES_MAX = 64 * 1024
/** Chunk bytes that the storage thread holds in memory: of a checkpoint (what comes beyond is on disk before its commit), and in all, with last chunks of actors that have ended. */
export const CHECKPOINT_STAGED_FROM_BYTES = 128 * 1024 * 1024
export const CHECKPOINT_BUFFERED_BYTES_MAX = 1024 * 1024 * 1024
/** Snapshots after which a key group is written whole again, and over how many more that is spread. */
export const DELTA_SNAPSHOTS_MAX = 12
export const DELTA_STAGGER_GROUPS = 8
/** Keys that have gone from a table since its last complete checkpoint, which a delta has to name; beyond, key groups are written whole. */
export const REMOVED_KEYS_MAX = 100_000
/** Rows of a key group that go into one chunk at least, where a step of a snapshot encodes fewer: chunks cost something beside their rows. */
export const SNAPSHOT_CHUNK_ROWS_MIN = 512
/** Which part of a step of a snapshot the first one is; each has twice as much to do as the one before. */
export const SNAPSHOT_FIRST_STEP_PART = 64
/** Bytes of chunks of key groups that a worker collects before they leave for the storage thread, while the rest of the snapshot is encoded. */
export const SNAPSHOT_PART_BYTES_MIN = 256 * 1024
/** Slots of a table that are looked through for a snapshot in the time that it takes to encode one row. */
export const SNAPSHOT_SLOTS_PER_ROW = 16
/** Checkpoint ids that are set aside on disk ahead of their use, so that none is ever used twice. */
export const CHECKPOINT_IDS_RESERVED = 16
/** Room on its disk that a database needs when it is made. */
export const DATABASE_ROOM_BYTES = 64 * 1024
/** Time that a process which wants a locked state directory waits for the holder to tell its pid. */
export const STATE_LOCK_ANSWER_MS = 300
/** Time that the exit of the process waits for a commit to end. */
export const STORAGE_QUIET_TIMEOUT_MS = 5_000
/** Errors of one chain of causes that a failure keeps. */
export const FAILURE_CAUSES_MAX = 16
/** Characters of a message or stack that a failure keeps. */
export const FAILURE_TEXT_CHARS_MAX = 16 * 1024
/** Restarts of a region within the period; one more ends the job. */
export const RESTARTS_MAX_DEFAULT = 5
/** Restarts within the period that are counted. */
export const RESTARTS_REMEMBERED_MAX = 1024
export const RESTART_PERIOD_MS_DEFAULT = 60_000
/** Pause before a restart: first and longest. */
export const RESTART_BACKOFF_MS_MIN_DEFAULT = 10
export const RESTART_BACKOFF_MS_MAX_DEFAULT = 10_000
/** Time between two looks whether an inspector is open; deadlines are off then. */
export const INSPECTOR_LOOK_MS = 1_000
/** Deadline of a control call to another thread. */
export const CONTROL_CALL_TIMEOUT_MS = 30_000
/** Time between two questions of the watchdog to each worker. */
export const WATCHDOG_LOOK_MS = 10_000
/** Splits of one source. */
export const SPLITS_MAX = 4096
export const SPLITS_PER_GENERATOR_DEFAULT = 16
/** What a record that stays within a worker counts against credit; nobody knows the size of an object. */
export const LOCAL_RECORD_COST_BYTES = 64
/** Bytes taken out of one ring in one go, so that no peer keeps a worker from its actors. */
export const FRAMES_DRAINED_BYTES_MAX = 512 * 1024
/** Batches that a source reads ahead of its chain. */
export const READ_AHEAD_BATCHES_MAX = 4
/** Records of an iterable, processed before a restart, that are passed over in one go: no longer, so that the worker can answer in between. */
export const SKIPPED_RECORDS_PER_STEP_MAX = 64 * 1024
/** Bytes of one line, or row, of a text file. */
export const LINE_BYTES_MAX = 64 * 1024 * 1024
/** Encoded bytes that an inlet keeps since the last complete checkpoint; a push waits beyond. */
export const INLET_LOG_BYTES_MAX = 256 * 1024 * 1024
/** Encoded bytes that a 'committed' outlet keeps for its reader and for the next checkpoint; half of it asks for a checkpoint. */
export const OUTLET_COMMITTED_BYTES_MAX = 64 * 1024 * 1024
/** Pause after a failed checkpoint before an outlet that needs one lets records in again, and asks for the next. */
export const OUTLET_RETRY_MS = 1_000
/** Idle sleeps on the doorbell, one after the other, before a worker waits on its event loop instead. */
export const IDLE_SLEEPS_MAX = 5
/** An idle worker that waits for a time looks so often whether the wall clock was set. */
export const WALL_CLOCK_LOOK_MS = 1_000
/** The wall clock was set when it has moved so much more, or less, than time went by. */
export const WALL_CLOCK_SET_MS_MIN = 100
/** Longest wait of an idle worker on its event loop. */
export const IDLE_WAIT_MS_MAX = 60_000
/** Longest CPU profile: all of its samples are kept until its end. */
export const PROFILE_MS_MAX = 600_000
/** Time that threads get to end by themselves when a run ends. */
export const SHUTDOWN_TIMEOUT_MS = 10_000
/** Young generation of a worker's heap: three semi-spaces. Records die young, so room for them is worth more than anything else. */
export const YOUNG_GENERATION_MB_DEFAULT = 96
/** What a V8 heap limit may be set to. */
export const HEAP_MB_MAX = 1024 * 1024
/** Credit that a channel always has, however many share a mailbox: enough for a frame of a few bytes to be under way. */
export const CHANNEL_ALLOWANCE_BYTES_MIN = 256
/** Bytes of captured frames that one worker writes. */
export const CAPTURE_BYTES_MAX = 64 * 1024 * 1024
/** Steps of a simulated run after which it counts as endless. */
export const SIMULATION_STEPS_MAX_DEFAULT = 5_000_000
/** Timers and messages of a simulated run, one after the other, while no thread has anything to do. */
export const SIMULATION_IDLE_EVENTS_MAX = 10_000
/** Steps of a simulated run between two turns of the real event loop. */
export const SIMULATION_STEPS_PER_LOOP_TURN = 512
/** Longest real wait of a simulated run for its outside world, before virtual time goes on. */
export const SIMULATION_REAL_WAIT_MS_MAX = 1_000
/** Bytes of a ring of a simulated run: many runs are made, of few records each. */
export const SIMULATION_RING_BYTES_DEFAULT = 64 * 1024
/** How far the wall clock of a simulated run is set forwards or backwards. */
export const SIMULATION_CLOCK_JUMP_MS = 3_600_000
/** Longest standstill of a simulated disk, sink or reader. */
export const SIMULATION_STALL_MS_MAX = 60_000
/** Steps between two faults of a simulated run: 2 to the power of at most this. */
export const SIMULATION_FAULT_STEPS_LOG2_MAX = 8
/** Processes that one simulated run goes through. */
export const SIMULATION_PROCESSES_MAX = 50
/** Last lines of a trace that the failure of a simulated run shows. */
export const SIMULATION_TRACE_TAIL_LINES = 25
/** Characters that a sink of files gathers for one write, of each file. */
export const SINK_BUFFER_CHARS_MAX = 256 * 1024
/** Part files that one instance of a sink has open; the one used longest ago is finished for the next. */
export const SINK_OPEN_FILES_DEFAULT = 64
export const SINK_OPEN_FILES_MAX = 4096
/** Finished part files of one instance that wait for a checkpoint to make them visible. */
export const SINK_PENDING_FILES_MAX = 100_000
/** Bytes of text after which a part file is finished. */
export const SINK_ROLL_BYTES_DEFAULT = 128 * 1024 * 1024
/** Rows of a table that wait for a checkpoint, and for being committed. */
export const SINK_TABLE_WAITING_BYTES_MAX = 128 * 1024 * 1024
/** Newest commits of a table that can be taken back, also where no checkpoint would need it: savepoints may. */
export const SINK_TABLE_COMMITS_KEPT = 10
/** Text in the key of a row of a table: LMDB bounds its keys. */
export const SINK_TABLE_KEY_CHARS_MAX = 500
/** Transactions of one instance of a sink that are prepared and not committed yet. */
export const SINK_TRANSACTIONS_MAX = 1000
/** Rows of one call of a sink of upserts, and such calls of one instance at a time. */
export const SINK_UPSERT_ROWS_DEFAULT = 500
export const SINK_UPSERT_IN_FLIGHT_DEFAULT = 4
/** Calls that a sink of upserts makes of one batch, before the job fails. */
export const SINK_UPSERT_ATTEMPTS_DEFAULT = 5
/** Calls of a function that one instance of `sink.forEach` has under way. */
export const SINK_CALLS_MAX = 1000
/** Time that what a sink has under way gets to end when its attempt is over. */
export const SINK_CLOSE_MS_MAX = 5_000
/** Time that text for a pipe whose reader is slow may wait on a thread of ours before it is dropped. */
export const CONSOLE_WAIT_MS_MAX = 2_000
/** Rows that a console table shows; and keys whose newest row it remembers. */
export const TABLE_ROWS_DEFAULT = 20
export const TABLE_KEYS_MAX = 10_000
/** Least time between two pictures of a console table on a terminal. */
export const TABLE_REDRAW_MS_DEFAULT = 200
/** Longest time that one timer waits; who wants to wait longer looks again then. */
export const TIMER_MS_MAX = 60 * 60 * 1000
/** Rows of a paced source come in slices of about this length. */
export const PACE_SLICE_MS = 1
/** What a paced source could not send within this time it sends no more: its schedule moves instead. */
export const PACE_CATCH_UP_MS_MAX = 1_000
/** Shortest period of a timer source. */
export const TIMER_PERIOD_MS_MIN = 1
/** Groups of files that a glob's files fall into by their paths: the unit in which they move between instances. */
export const FILE_GROUPS = 64
/** Files that one source with a glob knows at a time. */
export const FILES_PER_SOURCE_MAX = 100_000
/** Pause between two looks for new files. */
export const FILE_WATCH_MS_DEFAULT = 1_000
/** Bytes of a file that are read in one go. */
export const FILE_CHUNK_BYTES = 256 * 1024
/** Characters of a bad line that an error shows. */
export const BAD_LINE_CHARS_SHOWN = 80
/** Windows that an operator deals with in one step: results go out between two steps. */
export const WINDOWS_PER_STEP_MAX = 1024
/** Records that an `onError: { failAfter }` looks back at. */
export const ERROR_WINDOW_RECORDS_MAX = 1_000_000
/** Records put out for one record that an operator with an onError policy keeps room for from record to record. */
export const HELD_OUTPUTS_KEPT = 4096
/** Lines of a generated chain above which it gets no source map: a few bytes a line. */
export const CHAIN_SOURCE_MAP_LINES_MAX = 20_000
/** Rounds of all workers in one step of an operator kit's script after which it counts as endless. */
export const KIT_TURNS_MAX = 100_000
/** Microtasks that the operator kit gives promises of operators after every step. */
export const KIT_MICROTASKS = 16
/** Longest real wait of the operator kit for what a source waits for. */
export const KIT_OUTSIDE_WAIT_MS_MAX = 10_000
/** Positions of a script at which the operator kit restores a snapshot; of longer scripts a seeded sample. */
export const KIT_POSITIONS_MAX = 40
/** Positions at which it restores one onto another number of instances. */
export const KIT_RESCALED_POSITIONS_MAX = 4
/** Bytes of a ring of the operator kit: many are made, for few records each. */
export const KIT_RING_BYTES = 16 * 1024
/** Runs of the sink and the source kit with crashes at random. */
export const CONNECTOR_KIT_RUNS_DEFAULT = 20
/** Crashes of such a run. */
export const SINK_KIT_CRASHES_MAX = 5
/** Processes that a job of the sink kit may go through. */
export const SINK_KIT_PROCESSES_MAX = 100
/** Simulated runs of a sink kit for one crash at one step, which may not come in some of them. */
export const SINK_KIT_TRIES_MAX = 10
/** Pause before state is asked for again while a job restarts. */
export const QUERY_RETRY_MS = 20
/** Values of one state that are looked at for expiry after a batch; more than a batch can write, so that none is left behind for long. */
export const EXPIRED_VALUES_PER_BATCH_MAX = 8192
/** Levels of record priority. */
export const PRIORITY_LEVELS_MAX = 10
/** Of so many records that leave a priority buffer, one is of each lower level that has any: 5 %. */
export const PRIORITY_CYCLE_RECORDS = 20
/** Records among which one instance of `prioritize` chooses. */
export const PRIORITY_BUFFER_RECORDS_DEFAULT = 10_000
/** Values that a lookup join keeps in each instance. */
export const LOOKUP_CACHE_ENTRIES_DEFAULT = 10_000
export const LOOKUP_CACHE_ENTRIES_MAX = 10_000_000
/** For how long it keeps them. */
export const LOOKUP_CACHE_TTL_MS_DEFAULT = 60_000
/** Results of a join in one step, so that what it emits can be sent between them. */
export const JOIN_RESULTS_PER_STEP_MAX = 4096
/** Pause between two looks of a source that waits for the others of its alignment group. */
export const ALIGNMENT_LOOK_MS = 5
/** Keys whose records a join looks through in one step for those that it needs no more. */
export const JOIN_KEYS_PER_STEP_MAX = 4096
/** Timers that fire in one step of an actor, so that what they emit can be sent between them. */
export const TIMERS_PER_STEP_MAX = 1024
/** Panes of time that a window is made of; windows of more are aggregated one by one. */
export const PANES_PER_WINDOW_MAX = 64
/** Panes of time that one combiner of windows holds at a time: records further out of order are combined in smaller pieces. */
export const PANES_COMBINED_MAX = 16
/** Pieces of partial results of one pane of time that are kept before they are merged into one. */
export const PARTIAL_CHUNKS_MAX = 16
/** Modules that are read to find out how a job came to import its app. */
export const IMPORT_CHAIN_FILES_MAX = 2_000
/** Bytes of state that one instance of an operator with the backend 'lmdb' keeps in memory between two batches: as shipped, and at least. */
export const STATE_CACHE_BYTES_DEFAULT = 64 * 1024 * 1024
export const STATE_CACHE_BYTES_MIN = 1024
/** Bytes of rows of working state that wait on the storage thread until they are written together. */
export const WORKING_WAITING_BYTES_MAX = 8 * 1024 * 1024
/** Bytes of keys that were written since the newest complete checkpoint, of one table of working state: with more of them its next snapshot is whole. */
export const WORKING_CHANGES_BYTES_MAX = 32 * 1024 * 1024
/** Bits of the largest filter that says which keys of a table have no row: of 1 M keys, 2 MiB. Tables with more go without. */
export const WORKING_FILTER_BITS_MAX = 2 ** 24
/** Bytes of a key under which LMDB stores a row; longer ones go by their hash. */
export const WORKING_KEY_BYTES_MAX = 1024
/** Bytes of restored state that a worker sends to the storage thread before it waits until they are taken in. */
export const WORKING_RESTORE_BYTES_AHEAD_MAX = 8 * 1024 * 1024
/** Time that the storage thread makes chunks of working state before it serves others. */
export const WORKING_SLICE_MS = 5

/** Values by key are encoded as columns of records from so many on: fewer, as those of deltas are, are packed for less than it costs to begin. */
export const RECORD_COLUMN_ROWS_MIN = 128

/** Static priorities go from minus this to this. */
export const STATIC_PRIORITY_MAX = 100
/** What a worker's heap holds besides the demands of its actors: the engine, its modules, those of the job, buffers that are filled. */
export const WORKER_HEAP_BASE_MB = 32
/** Young generation of a worker whose heap is limited by its demands: what one collection moves out of more may end the process in place of the worker. */
export const YOUNG_GENERATION_LIMITED_MB = 48
/** Share of a worker that an actor counts as which says nothing of itself, where actors are weighed against each other. */
export const ACTOR_SHARE_DEFAULT = 0.1
/** Steps after which the search for a placement in which all demands fit is given up. */
export const PLACEMENT_SEARCH_STEPS_MAX = 100_000
/** Groups of actors for which there is such a search: beyond, what does not fit at once is refused. */
export const PLACEMENT_SEARCH_UNITS_MAX = 1_000
/** Shares of time that actors and workers spend are those since a moment that was so long ago at least, and twice that at most where the worker did not sleep. */
export const LOAD_SAMPLE_MS = 500
/** Least, usual and longest time between two looks at a priority that follows the load. */
export const DYNAMIC_PRIORITY_MS_MIN = 10
export const DYNAMIC_PRIORITY_MS_DEFAULT = 200
export const DYNAMIC_PRIORITY_MS_MAX = 60_000
/** Names under which `run.signal` keeps a value. */
export const SIGNALS_MAX = 1_000
/** Keys whose frequency is followed in one actor, and samples after which the older ones count half. */
export const HOT_KEYS_TRACKED = 64
export const HOT_KEY_SAMPLES_REMEMBERED = 16_384
/** One record is looked at in one of so many batches. */
export const HOT_KEY_BATCHES = 4
/** Hot keys that are told of one operator, and the share from which on a key is hot, whatever the error. */
export const HOT_KEYS_SHOWN = 10
export const HOT_KEY_SHARE_MIN = 0.01
