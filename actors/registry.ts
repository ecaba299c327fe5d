import type { OperatorDefinition, Registry } from '../src/actor/contract.ts'
import { aggregate } from './aggregate.ts'
import { flatMapTo, split, switchOn } from './branch.ts'
import { filter, flatMap, map, tap } from './chain.ts'
import { combine } from './combine.ts'
import { enumerate, limit, sample } from './counting.ts'
import { deltas } from './deltas.ts'
import { distinct } from './distinct.ts'
import { csvSource, jsonLinesSource, linesSource } from './file-source.ts'
import { fileSink } from './file-sink.ts'
import { consoleTableSink } from './console-table.ts'
import { filesSink } from './files-sink.ts'
import { forEachBatchSink } from './batch-sink.ts'
import { nodeStreamSink, webStreamSink } from './stream-sink.ts'
import { consoleSink, forEachSink } from './simple-sinks.ts'
import { generateSource } from './generate-source.ts'
import { inletSource } from './inlet-source.ts'
import { intervalJoin } from './interval-join.ts'
import { iterableSource } from './iterable-source.ts'
import { joinBroadcast, joinLatest } from './latest-join.ts'
import { lookup } from './lookup.ts'
import { mapAsync } from './map-async.ts'
import { prioritize } from './prioritize.ts'
import { mergeByTime } from './merge-by-time.ts'
import { partition } from './partition.ts'
import { process } from './process.ts'
import { reduce, scan } from './scan.ts'
import { joinTemporal } from './temporal-join.ts'
import { timerSource } from './timer-source.ts'
import { sessionCombine } from './session-combine.ts'
import { sessionMerge } from './session-merge.ts'
import { windowCombine } from './window-combine.ts'
import { windowPanes } from './window-panes.ts'
import { window } from './window.ts'
import { windowJoin } from './window-join.ts'

const definitions: readonly OperatorDefinition[] = [
  generateSource,
  timerSource,
  iterableSource,
  linesSource,
  csvSource,
  jsonLinesSource,
  inletSource,
  map,
  filter,
  flatMap,
  tap,
  split,
  switchOn,
  flatMapTo,
  partition,
  mergeByTime,
  mapAsync,
  prioritize,
  process,
  scan,
  reduce,
  distinct,
  sample,
  limit,
  enumerate,
  combine,
  aggregate,
  deltas,
  window,
  windowCombine,
  windowPanes,
  sessionCombine,
  sessionMerge,
  intervalJoin,
  windowJoin,
  joinLatest,
  joinTemporal,
  joinBroadcast,
  lookup,
  fileSink,
  consoleSink,
  consoleTableSink,
  forEachSink,
  forEachBatchSink,
  filesSink,
  nodeStreamSink,
  webStreamSink,
]

/** Every built-in operator, by kind: the one place where the runtime finds them. */
export const registry: Registry = new Map(definitions.map((definition) => [definition.kind, definition]))
