/** Watermarks of channels and splits that come and go. */
import type { FlinkCase, Line } from '../case.ts'
import { active, gives, idle, nothing, watermark } from '../notation.ts'

const VALVE = 'flink-streaming-java/src/test/java/org/apache/flink/streaming/runtime/watermarkstatus/StatusWatermarkValveTest.java'
const MULTIPLEXER = 'flink-core/src/test/java/org/apache/flink/api/common/eventtime/WatermarkOutputMultiplexerTest.java'
const IDLENESS = 'flink-core/src/test/java/org/apache/flink/api/common/eventtime/WatermarksWithIdlenessTest.java'
const BOUNDED = 'flink-core/src/test/java/org/apache/flink/api/common/eventtime/BoundedOutOfOrdernessWatermarksTest.java'
const ASCENDING = 'flink-core/src/test/java/org/apache/flink/api/common/eventtime/AscendingTimestampsWatermarksTest.java'

const w = (time: number) => ({ watermark: time })
const IDLE = { idle: true }
const ACTIVE = { idle: false }

/** Several channels into one operator. */
function valve(name: string, channels: number, script: readonly Line[]): FlinkCase {
  return { name, source: VALVE, operator: { type: 'channels', channels }, script }
}

const VALVES: readonly FlinkCase[] = [
  valve('testSingleInputIncreasingWatermarks', 1, [watermark(0, 0), gives(w(0)), watermark(25, 0), gives(w(25))]),
  valve('testSingleInputDecreasingWatermarksYieldsNoOutput', 1, [
    watermark(25, 0),
    gives(w(25)),
    watermark(18, 0),
    nothing,
    watermark(42, 0),
    gives(w(42)),
  ]),
  valve('testSingleInputWatermarkStatusToggling', 1, [
    active(0),
    nothing,
    idle(0),
    gives(IDLE),
    idle(0),
    nothing,
    active(0),
    gives(ACTIVE),
  ]),
  valve('testSingleInputWatermarksIntactDuringIdleness', 1, [
    watermark(25, 0),
    gives(w(25)),
    idle(0),
    gives(IDLE),
    watermark(50, 0),
    nothing,
    active(0),
    gives(ACTIVE),
    watermark(50, 0),
    gives(w(50)),
  ]),
  valve('testMultipleInputYieldsWatermarkOnlyWhenAllChannelsReceivesWatermarks', 3, [
    watermark(0, 0),
    watermark(0, 1),
    nothing,
    watermark(0, 2),
    gives(w(0)),
  ]),
  valve('testMultipleInputIncreasingWatermarks', 3, [
    watermark(0, 0),
    watermark(0, 1),
    watermark(0, 2),
    gives(w(0)),
    watermark(12, 0),
    watermark(8, 2),
    watermark(10, 2),
    nothing,
    watermark(15, 1),
    gives(w(10)),
    watermark(17, 2),
    gives(w(12)),
    watermark(20, 0),
    gives(w(15)),
  ]),
  valve('testMultipleInputDecreasingWatermarksYieldsNoOutput', 3, [
    watermark(25, 0),
    watermark(10, 1),
    watermark(17, 2),
    gives(w(10)),
    watermark(12, 0),
    watermark(8, 1),
    watermark(15, 2),
    nothing,
  ]),
  valve('testMultipleInputWatermarkStatusToggling', 2, [
    active(0),
    active(1),
    nothing,
    idle(1),
    nothing,
    idle(0),
    gives(IDLE),
    idle(0),
    idle(1),
    nothing,
    active(1),
    gives(ACTIVE),
    active(0),
    nothing,
  ]),
  valve('testMultipleInputWatermarkAdvancingWithPartiallyIdleChannels', 3, [
    watermark(15, 0),
    watermark(10, 1),
    nothing,
    idle(2),
    gives(w(10)),
    watermark(18, 1),
    gives(w(15)),
    watermark(20, 0),
    gives(w(18)),
  ]),
  valve('testMultipleInputWatermarkAdvancingAsChannelsIndividuallyBecomeIdle', 3, [
    watermark(25, 0),
    watermark(10, 1),
    watermark(17, 2),
    gives(w(10)),
    idle(1),
    gives(w(17)),
    idle(2),
    gives(w(25)),
  ]),
  valve('testMultipleInputFlushMaxWatermarkAndWatermarkStatusOnceAllInputsBecomeIdle', 3, [
    watermark(10, 0),
    watermark(5, 1),
    watermark(3, 2),
    gives(w(3)),
    idle(0),
    idle(1),
    nothing,
    idle(2),
    gives(w(10), IDLE),
  ]),
  valve('testMultipleInputWatermarkRealignmentAfterResumeActive', 3, [
    watermark(10, 0),
    watermark(7, 1),
    watermark(3, 2),
    gives(w(3)),
    idle(2),
    gives(w(7)),
    active(2),
    watermark(5, 2),
    nothing,
    watermark(9, 2),
    nothing,
    watermark(12, 1),
    gives(w(9)),
  ]),
  valve('testNoOutputWhenAllActiveChannelsAreUnaligned', 3, [
    watermark(10, 0),
    watermark(7, 1),
    idle(2),
    gives(w(7)),
    active(2),
    nothing,
    idle(0),
    idle(1),
    nothing,
  ]),
  valve('testUnalignedActiveChannelBecomesIdle', 2, [
    watermark(7, 0),
    watermark(10, 1),
    gives(w(7)),
    idle(0),
    gives(w(10)),
    active(0),
    watermark(9, 0),
    nothing,
    idle(0),
    nothing,
  ]),
]

/** Splits of one source; all of them are looked at after every line. */
function splits(name: string, open: number, script: readonly Line[]): FlinkCase {
  return { name, source: MULTIPLEXER, operator: { type: 'splits', open, looks: 'always' }, script }
}

/** The same, looked at by `{ call }` only, as a periodic emit does. */
function periodic(name: string, open: number, script: readonly Line[]): FlinkCase {
  return { name, source: MULTIPLEXER, operator: { type: 'splits', open, looks: 'when called' }, script }
}

const PERIOD: Line = { turns: 1 }
const close = (split: number): Line => ({ end: true, channel: split })
const open = (split: number): Line => ({ record: 'open', channel: split })

const SPLITS: readonly FlinkCase[] = [
  splits('singleImmediateWatermark', 1, [watermark(0, 0), gives(w(0))]),
  splits('singleImmediateIdleness', 1, [idle(0), gives(IDLE)]),
  splits('singleImmediateWatermarkAfterIdleness', 1, [idle(0), gives(IDLE), watermark(0, 0), gives(ACTIVE, w(0))]),
  splits('multipleImmediateWatermark', 3, [watermark(2, 0), watermark(5, 1), idle(2), gives(w(2))]),
  splits('whenImmediateOutputBecomesIdleWatermarkAdvances', 2, [watermark(2, 0), watermark(5, 1), gives(w(2)), idle(0), gives(w(5))]),
  splits('whenAllImmediateOutputsBecomeIdleWatermarkAdvances', 2, [
    watermark(5, 0),
    watermark(2, 1),
    gives(w(2)),
    idle(0),
    idle(1),
    gives(w(5), IDLE),
  ]),
  periodic('whenAllDeferredOutputsEmitAndIdleWatermarkAdvances', 2, [
    watermark(5, 0),
    idle(0),
    watermark(2, 1),
    idle(1),
    nothing,
    PERIOD,
    gives(w(5), IDLE),
  ]),
  splits('combinedWatermarkDoesNotRegressWhenIdleOutputRegresses', 2, [
    watermark(2, 0),
    watermark(5, 1),
    idle(0),
    gives(w(2), w(5)),
    watermark(3, 0),
    nothing,
  ]),
  periodic('noCombinedDeferredUpdateWhenWeHaveZeroOutputs', 0, [PERIOD, nothing]),
  periodic('deferredOutputDoesNotImmediatelyAdvanceWatermark', 2, [watermark(0, 0), watermark(1, 1), nothing, PERIOD, gives(w(0))]),
  periodic('singleDeferredWatermark', 1, [watermark(0, 0), PERIOD, gives(w(0))]),
  periodic('singleDeferredIdleness', 1, [idle(0), PERIOD, gives(IDLE)]),
  periodic('singleDeferredWatermarkAfterIdleness', 1, [idle(0), PERIOD, gives(IDLE), watermark(0, 0), PERIOD, gives(ACTIVE, w(0))]),
  periodic('multipleDeferredWatermark', 3, [watermark(2, 0), watermark(5, 1), idle(2), PERIOD, gives(w(2))]),
  periodic('immediateUpdatesTakeDeferredUpdatesIntoAccount', 2, [watermark(5, 1), nothing, watermark(2, 0), PERIOD, gives(w(2))]),
  periodic('immediateUpdateOnSameOutputAsDeferredUpdateDoesNotRegress', 1, [
    watermark(5, 0),
    PERIOD,
    gives(w(5)),
    watermark(2, 0),
    nothing,
    PERIOD,
    nothing,
  ]),
  splits('testRemoveUnblocksWatermarks', 2, [watermark(156765, 0), nothing, close(0), watermark(156775, 1), gives(w(156775))]),
  periodic('testRemoveOfLowestDoesNotImmediatelyAdvanceWatermark', 2, [
    watermark(-4343, 0),
    watermark(-4333, 1),
    PERIOD,
    gives(w(-4343)),
    close(0),
    nothing,
  ]),
  periodic('testRemoveOfHighestDoesNotRetractWatermark', 1, [
    watermark(2, 0),
    PERIOD,
    gives(w(2)),
    close(0),
    open(1),
    watermark(1, 1),
    PERIOD,
    nothing,
  ]),
  splits('whenIdleImmediateOutputsBecomeActiveUnderlyingOutputIsMarkedActive', 2, [
    watermark(5, 0),
    watermark(2, 1),
    gives(w(2)),
    idle(0),
    idle(1),
    gives(w(5), IDLE),
    active(0),
    gives(ACTIVE),
  ]),
  periodic('whenIdleDeferredOutputResumesUnderlyingOutputIsMarkedActive', 2, [
    watermark(5, 0),
    watermark(2, 1),
    idle(0),
    idle(1),
    PERIOD,
    gives(w(5), IDLE),
    watermark(3, 0),
    PERIOD,
    gives(ACTIVE),
  ]),
  periodic('whenThereAreNoOutputsNothingIsReported', 0, [PERIOD, nothing]),
  periodic('whenRegisteredOutputReportsNothingNothingIsReported', 1, [PERIOD, nothing]),
]

/** One input that takes event times from its records. */
function timed(
  source: string,
  name: string,
  disorderMs: number,
  idleAfterMs: number | undefined,
  script: readonly Line[] | null,
): FlinkCase {
  const operator = { type: 'event time', disorderMs, ...(idleAfterMs === undefined ? {} : { idleAfterMs }) } as const
  return { name, source, operator, script }
}

const at = (timestamp: number): Line => ({ record: timestamp })
const came = (timestamp: number) => ({ record: timestamp, timestamp })
const pass = (ms: number): Line => ({ advanceMs: ms })

const STRATEGIES: readonly FlinkCase[] = [
  timed(BOUNDED, 'testWatermarkBeforeRecords', 10, undefined, [pass(1000), nothing]),
  timed(BOUNDED, 'testWatermarkAfterEvent', 10, undefined, [at(1337), gives(came(1337), w(1326))]),
  timed(BOUNDED, 'testWatermarkAfterNonMonotonousEvents', 10, undefined, [
    at(12345),
    at(12300),
    at(12340),
    at(12280),
    gives(came(12345), came(12300), came(12340), came(12280), w(12334)),
  ]),
  timed(BOUNDED, 'testRepeatedProbe', 10, undefined, [at(723456), gives(came(723456), w(723445)), pass(1000), nothing]),
  timed(ASCENDING, 'testWatermarkBeforeRecords', 0, undefined, [pass(1000), nothing]),
  timed(ASCENDING, 'testWatermarkAfterEvent', 0, undefined, [at(1337), gives(came(1337), w(1336))]),
  timed(ASCENDING, 'testWatermarkAfterEventWithLowerTimestamp', 0, undefined, [
    at(12345),
    at(12340),
    gives(came(12345), came(12340), w(12344)),
  ]),
  timed(IDLENESS, 'testZeroTimeout', 0, 0, null),
  timed(IDLENESS, 'testNegativeTimeout', 0, -1, null),
  timed(IDLENESS, 'testInitiallyActive', 0, 10, [at(1), gives(came(1), w(0))]),
  timed(IDLENESS, 'testIdleWithoutEvents', 0, 10, [at(1), gives(came(1), w(0)), pass(11), gives(IDLE)]),
  timed(IDLENESS, 'testRepeatedIdleChecks', 0, 122, [at(1), gives(came(1), w(0)), pass(123), gives(IDLE), pass(100), nothing]),
  timed(IDLENESS, 'testActiveAfterIdleness', 0, 10, [
    at(1),
    gives(came(1), w(0)),
    pass(11),
    gives(IDLE),
    at(2),
    gives(came(2), ACTIVE, w(1)),
  ]),
  timed(IDLENESS, 'testIdleActiveIdle', 0, 122, [
    at(1),
    gives(came(1), w(0)),
    pass(123),
    gives(IDLE),
    at(2),
    gives(came(2), ACTIVE, w(1)),
    pass(123),
    gives(IDLE),
  ]),
]

export const IDLENESS_CASES: readonly FlinkCase[] = [...VALVES, ...SPLITS, ...STRATEGIES]
