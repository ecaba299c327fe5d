import type { OperatorDefinition, Registry } from '../src/actor/contract.ts'

/** Every built-in operator, by kind: the one place where the runtime finds them. Loaded when a job has them: a thread starts the sooner the less it reads. */
const LOADERS: Readonly<Record<string, () => Promise<OperatorDefinition>>> = {
  generate: async () => (await import('./generate-source.ts')).generateSource,
  timer: async () => (await import('./timer-source.ts')).timerSource,
  iterable: async () => (await import('./iterable-source.ts')).iterableSource,
  lines: async () => (await import('./file-source.ts')).linesSource,
  csv: async () => (await import('./file-source.ts')).csvSource,
  jsonLines: async () => (await import('./file-source.ts')).jsonLinesSource,
  parquet: async () => (await import('./parquet-source.ts')).parquetSource,
  inlet: async () => (await import('./inlet-source.ts')).inletSource,
  map: async () => (await import('./chain.ts')).map,
  filter: async () => (await import('./chain.ts')).filter,
  flatMap: async () => (await import('./chain.ts')).flatMap,
  tap: async () => (await import('./chain.ts')).tap,
  split: async () => (await import('./branch.ts')).split,
  switchOn: async () => (await import('./branch.ts')).switchOn,
  flatMapTo: async () => (await import('./branch.ts')).flatMapTo,
  partition: async () => (await import('./partition.ts')).partition,
  mergeByTime: async () => (await import('./merge-by-time.ts')).mergeByTime,
  mapAsync: async () => (await import('./map-async.ts')).mapAsync,
  prioritize: async () => (await import('./prioritize.ts')).prioritize,
  checkpointing: async () => (await import('./checkpointing.ts')).checkpointing,
  process: async () => (await import('./process.ts')).process,
  scan: async () => (await import('./scan.ts')).scan,
  reduce: async () => (await import('./scan.ts')).reduce,
  distinct: async () => (await import('./distinct.ts')).distinct,
  sample: async () => (await import('./counting.ts')).sample,
  limit: async () => (await import('./counting.ts')).limit,
  enumerate: async () => (await import('./counting.ts')).enumerate,
  combine: async () => (await import('./combine.ts')).combine,
  aggregate: async () => (await import('./aggregate.ts')).aggregate,
  deltas: async () => (await import('./deltas.ts')).deltas,
  window: async () => (await import('./window.ts')).window,
  windowCombine: async () => (await import('./window-combine.ts')).windowCombine,
  windowPanes: async () => (await import('./window-panes.ts')).windowPanes,
  sessionCombine: async () => (await import('./session-combine.ts')).sessionCombine,
  sessionMerge: async () => (await import('./session-merge.ts')).sessionMerge,
  intervalJoin: async () => (await import('./interval-join.ts')).intervalJoin,
  windowJoin: async () => (await import('./window-join.ts')).windowJoin,
  joinLatest: async () => (await import('./latest-join.ts')).joinLatest,
  joinTemporal: async () => (await import('./temporal-join.ts')).joinTemporal,
  joinBroadcast: async () => (await import('./latest-join.ts')).joinBroadcast,
  lookup: async () => (await import('./lookup.ts')).lookup,
  fileSink: async () => (await import('./file-sink.ts')).fileSink,
  consoleSink: async () => (await import('./simple-sinks.ts')).consoleSink,
  consoleTableSink: async () => (await import('./console-table.ts')).consoleTableSink,
  forEachSink: async () => (await import('./simple-sinks.ts')).forEachSink,
  forEachBatchSink: async () => (await import('./batch-sink.ts')).forEachBatchSink,
  filesSink: async () => (await import('./files-sink.ts')).filesSink,
  upsertSink: async () => (await import('./upsert-sink.ts')).upsertSink,
  twoPhaseSink: async () => (await import('./two-phase-sink.ts')).twoPhaseSink,
  tableSink: async () => (await import('./table-sink.ts')).tableSink,
  nodeStreamSink: async () => (await import('./stream-sink.ts')).nodeStreamSink,
  webStreamSink: async () => (await import('./stream-sink.ts')).webStreamSink,
}

/** The kinds of all built-in operators. */
export const OPERATOR_KINDS: readonly string[] = Object.keys(LOADERS)

/** Definitions of those of the given kinds that are built in; of all, if none are given. */
export async function loadOperators(kinds: Iterable<string> = OPERATOR_KINDS): Promise<Registry> {
  const known = [...new Set(kinds)].filter((kind) => Object.hasOwn(LOADERS, kind))
  return new Map(await Promise.all(known.map(async (kind) => [kind, await LOADERS[kind]!()] as const)))
}
