/**
 * millrace: stream processing inside a Node.js process.
 *
 * A job is described once, in a module ({@link defineJob}), and run on worker threads ({@link launch}).
 *
 * @module
 */
export { defineJob } from './graph/job.ts'
export type { BuildContext, Job, JobOptions, ModuleMeta, NoInlets, NoOutlets, OutletRecord, Outlets } from './graph/job.ts'
export type { EventTimeOptions } from './graph/event-time.ts'
export type { WatermarkGenerator } from './time/watermark-strategy.ts'
export type { AsyncCall, AsyncOptions } from './graph/async-options.ts'
export type { PriorityOptions } from './graph/priority-options.ts'
export type { MergeByTimeOptions } from './graph/placed-stream.ts'
export { inlet } from './graph/inlets.ts'
export type { InletOptions, InletRecord, InletSpec, InletStreams, Inlets } from './graph/inlets.ts'
export type { Stream } from './graph/stream.ts'
export type { AnyStream, Sampling, SplitOptions, StreamRecord } from './graph/stream-types.ts'
export { recordsOf } from './graph/outputs.ts'
export type {
  Branches,
  Emitters,
  OutputStreams,
  OutputType,
  OutputTypes,
  SplitStreams,
  SwitchedStreams,
  Tagged,
  TagField,
} from './graph/outputs.ts'
export type { KeyedStream } from './graph/keyed-stream.ts'
export type { KeyedJoins } from './graph/keyed-joins.ts'
export type { Interval, JoinOptions, JoinOutput, JoinTimes } from './graph/joins.ts'
export type { CoGroup, JoinType, JoinedLeft, JoinedRight, JoinedWindow, WindowJoin, WindowJoinOptions } from './graph/window-joins.ts'
export type { LookupOptions } from './graph/lookup-options.ts'
export type { CheckpointMoment, CheckpointingOptions, CompletedCheckpoint } from './graph/checkpointed-stream.ts'
export type { CheckpointReport, RescaleReport, SavepointReport } from './control/protocol.ts'
export type { Latest, LatestJoinOptions } from './graph/latest-joins.ts'
export { trigger, window } from './graph/windows.ts'
export type { WindowAssigner } from './graph/windows.ts'
export type {
  LateRecords,
  ProcessedWindow,
  WindowBound,
  WindowBounds,
  WindowKey,
  WindowOptions,
  WindowOutput,
  WindowRow,
  WindowedStream,
} from './graph/windowed-stream.ts'
export type { Trigger, TriggerContext, TriggerResult } from './time/triggers.ts'
export type { TimeWindow } from './time/window-assigners.ts'
export type { BroadcastStreams, ConnectedStreams } from './graph/connected-streams.ts'
export type { KeptState, UpdatedState } from './graph/update-state.ts'
export type {
  ActorContext,
  ActorParts,
  ActorTimers,
  BesideBroadcast,
  BroadcastActor,
  BroadcastContext,
  CallContext,
  ConnectedActor,
  InstanceContext,
  KeyedActor,
  KeyTimers,
  Made,
  NoOutputs,
  ReadOnlyState,
  ReadOnlyStatesOf,
  TimeDomain,
} from './graph/keyed-actor.ts'
export type { Processed } from './graph/process.ts'
export { aggregating, list, map, reducing, value } from './state/state-specs.ts'
export type {
  AggregatingState,
  ListState,
  MapState,
  NoStates,
  ReducingState,
  StateAggregator,
  StateOptions,
  StateSpec,
  StateSpecs,
  StatesOf,
  TimeToLive,
  ValueOptions,
  ValueState,
} from './state/state-specs.ts'
export type { Change, Emit, Table } from './graph/table.ts'
export type { GroupedTable, RetractableBuilder } from './graph/grouped-table.ts'
export type { Sources } from './graph/sources.ts'
export type {
  ConnectedSourceOptions,
  GenerateOptions,
  Input,
  IterableOptions,
  OwnSourceOptions,
  SourceOptions,
  SourceSpec,
  Tick,
  TimerOptions,
  WebStream,
} from './graph/source-options.ts'
export type { CsvOptions, FileOptions } from './graph/file-options.ts'
export type { Guarantee } from './graph/graph.ts'
export { sink } from './graph/sinks.ts'
export type { Upsert, UpsertCall, UpsertChangesOptions, UpsertOptions } from './graph/upsert-sink.ts'
export type {
  PreparedTransaction,
  SinkTransaction,
  TransactionContext,
  TransactionWriter,
  TwoPhaseCommit,
  TwoPhaseCommitOptions,
} from './graph/two-phase-sink.ts'
export type {
  BatchContext,
  ConsoleTableOptions,
  FileFormat,
  FileSinkOptions,
  FilesSinkOptions,
  ForEachBatchOptions,
  FormatOptions,
  OwnSinkOptions,
  RollOptions,
  SinkSpec,
  StreamContext,
  StreamSinkOptions,
  TableChangesOptions,
  TableKeySelector,
  TableRowKey,
  TableSinkOptions,
} from './graph/sinks.ts'
export type { OperatorOptions } from './graph/graph-builder.ts'
export type { DeadLetter, DeadLetterError, DeadLetterOptions, DeadLetterOrigin, ErrorPolicy, FailAfter } from './graph/error-policy.ts'
export type { StandardSchema } from './graph/standard-schema.ts'
export type { AggregateBuilder, AggregateResult, AggregateSpecs, Aggregator } from './state/aggregates.ts'
export type { Key } from './core/key-hash.ts'
export { launch } from './app/launch.ts'
export { openCheckpoint } from './app/open-checkpoint.ts'
export { openTable } from './app/open-table.ts'
export type { OpenedTable, TableRange } from './app/opened-table.ts'
export type { OpenedCheckpoint } from './app/opened-checkpoint.ts'
export type { LaunchArguments } from './app/launch.ts'
export type { CheckpointSettings } from './graph/checkpoint-settings.ts'
export type { BackendOption } from './graph/state-backend.ts'
export type { Demand, PlacementOptions } from './graph/placement-options.ts'
export type { ComputedPriority, MeasuredInstance, PriorityRule, PriorityStep, SteppedPriority } from './graph/priority-rule.ts'
export type { Bottleneck } from './observe/bottleneck.ts'
export type { OperatorHotKeys } from './observe/hot-keys.ts'
export type { HotKey } from './state/heavy-hitters.ts'
export type { BalanceAdvice } from './control/protocol.ts'
export type { Machine, PlacementCosts, PlacementOption, PlacementPolicy, PlacementSettings } from './graph/placement-settings.ts'
export { placementCosts } from './schedule/placement-costs.ts'
export type { LaunchConfig, LaunchOptions, LaunchSettings } from './app/launch-options.ts'
export type { RunLogger } from './app/run-logger.ts'
export type { JobPriority } from './worker/deployment.ts'
export type { UiServer } from './app/serve-ui.ts'
export type { UiAddress, UiOptions } from './ui/ui-options.ts'
export type { OutletOptions, Run, RunNotice, RunResult, UndeclaredInlet } from './app/run.ts'
export type { Inlet } from './app/inlet.ts'
export type { Delivery, Outlet } from './app/outlet.ts'
export type { CheckpointMeasures, CheckpointPhases, CheckpointSize, CheckpointStats } from './core/checkpoint-measures.ts'
export type { RunStats } from './control/protocol.ts'
export type { BadRecords } from './actor/record-guard.ts'
export type { LatencyStats } from './actor/latency-markers.ts'
export type { ActorStats, WorkerStats } from './worker/worker-stats.ts'
export type {
  ColumnBatch,
  Emit as EmitRecord,
  OperatorActor,
  OperatorContext,
  OperatorDefinition,
  Output,
  PollResult,
  SourceProgress,
  StateChunk,
  Weaver,
} from './actor/contract.ts'
export { DEPRECATIONS } from './core/deprecations.ts'
export type { Deprecation, DeprecationCode } from './core/deprecations.ts'
export { ERROR_CODES, MillraceError } from './errors.ts'
export type { ErrorCode, ErrorDetails } from './errors.ts'
