/** When windows fire, and what of them is kept. */
import type { Trigger, TriggerContext, TriggerResult } from '../../../src/index.ts'
import type { FlinkCase, Line } from '../case.ts'
import { add, clock, gives, nothing, sum, watermark, windowed } from '../notation.ts'
import type { Keyed, TriggerSpec, WindowOperatorSpec, WindowsSpec } from '../window-operator.ts'

const OLD = 'flink-streaming-java/src/test/java/org/apache/flink/streaming/runtime/operators/windowing'
const NEW = 'flink-runtime/src/test/java/org/apache/flink/streaming/runtime/operators/windowing'
const OPERATOR = `${OLD}/WindowOperatorTest.java`
const CONTRACT = `${NEW}/WindowOperatorContractTest.java`

function statement(
  source: string,
  name: string,
  spec: Omit<WindowOperatorSpec, 'type' | 'keeps'> & Partial<WindowOperatorSpec>,
  script: readonly Line[],
): FlinkCase {
  return { name, source, operator: { type: 'window', keeps: 'process', ...spec }, script }
}

const S3: WindowsSpec = { type: 'session', gapMs: 3000 }
const GLOBAL: WindowsSpec = { type: 'global' }
const tumbling = (sizeMs: number): WindowsSpec => ({ type: 'tumbling', sizeMs })
/** The gap is the record's value. */
const BY_VALUE: WindowsSpec = { type: 'dynamic session', gapOf: ({ value }) => value }
const purging = (inner: TriggerSpec): TriggerSpec => ({ type: 'purging', inner })

/** Fires when the window ends and when it is cleaned up, and forgets what it has told: Flink's EventTimeTriggerAccumGC. */
const accumulating = (latenessMs: number): Trigger<Keyed, never> => ({
  onRecord: (_record, _timestamp, context) => {
    if (context.window.end - 1 <= context.watermark) return 'fire'
    context.setEventTimer(context.window.end - 1)
    return 'continue'
  },
  onEventTime: (time, { window }) => (time === window.end - 1 || time === window.end - 1 + latenessMs ? 'fireAndPurge' : 'continue'),
})

const OPERATORS: readonly FlinkCase[] = [
  statement(OPERATOR, 'testSessionWindowsWithCountTrigger', { windows: S3, trigger: purging({ type: 'count', n: 4 }) }, [
    add('key2', 1, 0),
    add('key2', 2, 1000),
    add('key2', 3, 2500),
    add('key2', 4, 3500),
    add('key1', 1, 10),
    add('key1', 2, 1000),
    gives(windowed('key2', 10, 0, 6500)),
    add('key1', 3, 2500),
    add('key1', 1, 6000),
    add('key1', 2, 6500),
    add('key1', 3, 7000),
    nothing,
    add('key1', 10, 4500),
    gives(windowed('key1', 22, 10, 10000)),
  ]),
  statement(
    OPERATOR,
    'testSessionWindowsWithContinuousEventTimeTrigger',
    { windows: S3, trigger: { type: 'continuousEventTime', everyMs: 2000 } },
    [
      add('key1', 1, 1500),
      add('key2', 1, 0),
      add('key2', 3, 2500),
      add('key2', 2, 1000),
      watermark(2500),
      gives(windowed('key1', 1, 1500, 4500), windowed('key2', 6, 0, 5500)),
      add('key2', 5, 4000),
      watermark(3000),
      nothing,
      add('key1', 2, 4000),
      add('key2', 4, 3500),
      watermark(4000),
      gives(windowed('key1', 3, 1500, 7000), windowed('key2', 15, 0, 7000)),
    ],
  ),
  statement(
    OPERATOR,
    'testContinuousWatermarkTrigger',
    { windows: GLOBAL, trigger: { type: 'continuousEventTime', everyMs: 3000 }, keeps: 'reduce' },
    [
      add('key1', 1, 0),
      add('key2', 1, 3000),
      add('key2', 1, 3999),
      add('key1', 1, 20),
      add('key1', 1, 999),
      add('key2', 1, 1998),
      add('key2', 1, 1999),
      add('key2', 1, 1000),
      watermark(1000),
      watermark(2000),
      nothing,
      watermark(3000),
      gives(sum('key1', 3)),
      watermark(4000),
      watermark(5000),
      nothing,
      watermark(6000),
      gives(sum('key1', 3), sum('key2', 5)),
      watermark(7000),
      watermark(8000),
      nothing,
    ],
  ),
  statement(OPERATOR, 'testCountTrigger', { windows: GLOBAL, trigger: purging({ type: 'count', n: 4 }), keeps: 'reduce' }, [
    add('key2', 1, 3000),
    add('key2', 1, 3999),
    add('key1', 1, 20),
    add('key1', 1, 0),
    add('key1', 1, 999),
    add('key2', 1, 1998),
    add('key2', 1, 1999),
    gives(sum('key2', 4)),
    add('key2', 1, 1000),
    add('key1', 1, 10999),
    gives(sum('key1', 4)),
    add('key2', 1, 1000),
    add('key2', 1, 1000),
    add('key2', 1, 1000),
    gives(sum('key2', 4)),
  ]),
  statement(
    OPERATOR,
    'testCleanupTimerWithEmptyListStateForTumblingWindows2',
    { windows: tumbling(2000), trigger: { type: 'own', own: accumulating(100) }, latenessMs: 100 },
    [
      add('key2', 1, 1000),
      watermark(1599),
      nothing,
      watermark(1999),
      gives(windowed('key2', 1, 0, 2000)),
      watermark(2100),
      watermark(5000),
      nothing,
    ],
  ),
]

/** The windows 0..2 and 2..4 of the tests of triggers, with three and two records. */
const FIVE: readonly Line[] = [add('a', 1, 0), add('a', 1, 0), add('a', 1, 1), add('a', 1, 2), add('a', 1, 3)]
const HOUR_MS = 3_600_000

const EVENT_TIME = `${NEW}/EventTimeTriggerTest.java`
const PROCESSING = `${NEW}/ProcessingTimeTriggerTest.java`
const COUNT = `${NEW}/CountTriggerTest.java`
const CONTINUOUS = `${OLD}/ContinuousEventTimeTriggerTest.java`
const CONTINUOUS_PROCESSING = `${OLD}/ContinuousProcessingTimeTriggerTest.java`
const hourly: TriggerSpec = { type: 'continuousEventTime', everyMs: HOUR_MS }
const every5: TriggerSpec = { type: 'continuousProcessingTime', everyMs: 5 }

const TRIGGERS: readonly FlinkCase[] = [
  statement(EVENT_TIME, 'EventTimeTriggerTest.testWindowSeparationAndFiring', { windows: tumbling(2) }, [
    ...FIVE,
    nothing,
    watermark(2),
    gives(windowed('a', 3, 0, 2)),
    watermark(4),
    gives(windowed('a', 2, 2, 4)),
  ]),
  statement(EVENT_TIME, 'EventTimeTriggerTest.testLateElementTriggersImmediately', { windows: tumbling(2), latenessMs: 100 }, [
    watermark(2),
    add('a', 1, 0),
    gives(windowed('a', 1, 0, 2)),
    watermark(50),
    nothing,
  ]),
  statement(EVENT_TIME, 'EventTimeTriggerTest.testMergingWindows', { windows: BY_VALUE }, [
    add('a', 2, 0),
    add('a', 2, 2),
    nothing,
    watermark(4),
    gives(windowed('a', 4, 0, 4)),
  ]),
  // Flink merges 0..2 and 2..4 by hand; here a late record does it.
  statement(EVENT_TIME, 'EventTimeTriggerTest.testMergingLateWindows', { windows: BY_VALUE, latenessMs: 100 }, [
    add('a', 2, 0),
    add('a', 2, 3),
    watermark(10),
    gives(windowed('a', 2, 0, 2), windowed('a', 2, 3, 5)),
    add('a', 1, 2),
    gives(windowed('a', 5, 0, 5)),
    watermark(50),
    nothing,
  ]),
  statement(PROCESSING, 'ProcessingTimeTriggerTest.testWindowSeparationAndFiring', { windows: tumbling(2), time: 'processing' }, [
    add('a', 1),
    add('a', 1),
    add('a', 1),
    nothing,
    clock(2),
    gives(windowed('a', 3, 0, 2)),
    add('a', 1),
    add('a', 1),
    clock(4),
    gives(windowed('a', 2, 2, 4)),
  ]),
  statement(PROCESSING, 'ProcessingTimeTriggerTest.testMergingWindows', { windows: BY_VALUE, time: 'processing' }, [
    add('a', 4),
    clock(2),
    add('a', 2),
    nothing,
    clock(4),
    gives(windowed('a', 6, 0, 4)),
  ]),
  statement(COUNT, 'CountTriggerTest.testWindowSeparationAndFiring', { windows: tumbling(2), trigger: { type: 'count', n: 3 } }, [
    add('a', 1, 0),
    add('a', 1, 2),
    add('a', 1, 0),
    nothing,
    add('a', 1, 1),
    gives(windowed('a', 3, 0, 2)),
    add('a', 1, 3),
    nothing,
    add('a', 1, 3),
    gives(windowed('a', 3, 2, 4)),
  ]),
  // Flink's windows touch and are merged by hand; here a record between them does it.
  statement(COUNT, 'CountTriggerTest.testMergingWindows', { windows: BY_VALUE, trigger: { type: 'count', n: 3 } }, [
    add('a', 2, 0),
    add('a', 1, 3),
    add('a', 2, 6),
    nothing,
    add('a', 1, 2),
    gives(windowed('a', 4, 0, 4)),
    add('a', 1, 6),
    nothing,
    add('a', 1, 7),
    gives(windowed('a', 4, 6, 8)),
  ]),
  statement(COUNT, 'CountTriggerTest.testMergeSubsumingWindow', { windows: BY_VALUE, trigger: { type: 'count', n: 3 } }, [
    add('a', 2, 2),
    add('a', 1, 5),
    nothing,
    add('a', 8, 0),
    gives(windowed('a', 11, 0, 8)),
  ]),
  statement(
    CONTINUOUS,
    'ContinuousEventTimeTriggerTest.testTriggerHandlesAllOnTimerCalls',
    { windows: tumbling(2), trigger: { type: 'continuousEventTime', everyMs: 5 }, latenessMs: 15 },
    [watermark(10), add('a', 1, 0), gives(windowed('a', 1, 0, 2)), watermark(20), nothing],
  ),
  statement(CONTINUOUS, 'ContinuousEventTimeTriggerTest.testWindowSeparationAndFiring', { windows: tumbling(2), trigger: hourly }, [
    ...FIVE,
    nothing,
    watermark(2),
    gives(windowed('a', 3, 0, 2)),
    watermark(4),
    gives(windowed('a', 2, 2, 4)),
  ]),
  statement(
    CONTINUOUS,
    'ContinuousEventTimeTriggerTest.testLateElementTriggersImmediately',
    { windows: tumbling(2), trigger: hourly, latenessMs: 100 },
    [watermark(2), add('a', 1, 0), gives(windowed('a', 1, 0, 2))],
  ),
  statement(CONTINUOUS, 'ContinuousEventTimeTriggerTest.testMergingWindows', { windows: BY_VALUE, trigger: hourly }, [
    add('a', 2, 0),
    add('a', 2, 2),
    nothing,
    watermark(4),
    gives(windowed('a', 4, 0, 4)),
  ]),
  statement(
    CONTINUOUS_PROCESSING,
    'ContinuousProcessingTimeTriggerTest.testProcessingTimeWindowFiring',
    { windows: tumbling(10), trigger: every5, time: 'processing' },
    [
      add('a', 1),
      clock(2),
      add('a', 2),
      nothing,
      clock(5),
      gives(windowed('a', 3, 0, 10)),
      clock(7),
      add('a', 3),
      nothing,
      clock(9),
      gives(windowed('a', 6, 0, 10)),
      clock(10),
      add('a', 3),
      nothing,
      clock(15),
      gives(windowed('a', 3, 10, 20)),
      clock(18),
      add('a', 3),
      nothing,
      clock(20),
      gives(windowed('a', 6, 10, 20)),
    ],
  ),
  statement(
    CONTINUOUS_PROCESSING,
    'ContinuousProcessingTimeTriggerTest.testEventTimeWindowFiring',
    { windows: tumbling(10), trigger: every5 },
    [
      add('a', 1, 1),
      add('a', 2, 3),
      add('a', 3, 7),
      nothing,
      clock(5),
      gives(windowed('a', 6, 0, 10)),
      add('a', 3, 8),
      clock(10),
      gives(windowed('a', 9, 0, 10)),
      add('a', 3, 12),
      clock(15),
      gives(windowed('a', 3, 10, 20)),
    ],
  ),
  statement(
    CONTINUOUS_PROCESSING,
    'ContinuousProcessingTimeTriggerTest.testMergingWindows',
    { windows: { type: 'session', gapMs: 10 }, trigger: every5, time: 'processing' },
    [
      add('a', 1),
      clock(2),
      add('a', 2),
      nothing,
      clock(5),
      gives(windowed('a', 3, 0, 12)),
      clock(9),
      nothing,
      clock(10),
      gives(windowed('a', 3, 0, 12)),
      clock(15),
      gives(windowed('a', 3, 0, 12)),
      clock(100),
      nothing,
    ],
  ),
]

const RESULTS: readonly TriggerResult[] = ['continue', 'continue', 'fire', 'fireAndPurge', 'purge']
const RESULT_NAMES = ['', 'Continue', 'Fire', 'FireAndPurge', 'Purge'] as const

/**
 * Answers what its records say, in place of Flink's mocks. Units 1 to 4 of a value are what it answers to the record: continue, fire, fire and purge, purge. Values of 50
 * and more set a timer in event time, those of 60 and more one in processing time, at that many ms, at which it answers the same; from 70 and 80 on they purge as well.
 */
const SCRIPTED: Trigger<Keyed, unknown> = {
  onRecord: ({ value }, _timestamp, context) => {
    const [tens, unit] = [Math.floor(value / 10), value % 10]
    if (tens === 5 || tens === 7) context.setEventTimer(unit)
    if (tens === 6 || tens === 8) context.setProcessingTimer(unit)
    if (tens >= 7) return 'purge'
    return tens >= 5 ? 'continue' : RESULTS[unit]!
  },
  onEventTime: (time, context) => answer(time, context),
  onProcessingTime: (time, context) => answer(time, context),
  onMerge: () => {},
}

const answer = (time: number, { window }: TriggerContext<unknown>): TriggerResult => (time === window.end - 1 ? 'continue' : RESULTS[time]!)
const own: TriggerSpec = { type: 'own', own: SCRIPTED }
/** Each record belongs to two of them. */
const TWO: WindowsSpec = { type: 'sliding', sizeMs: 40, slideMs: 20 }

/** What two windows of a key hold. Event times are 20, so that they are 0..40 and 20..60; by the clock they are -20..20 and 0..40. */
const both = (total: number, first = 0) => gives(windowed('a', total, first, first + 40), windowed('a', total, first + 20, first + 60))
/** What is left in the contents shows with a record that fires: 2. */
const left: readonly number[] = [0, 1, 1, 0, 0]

const CONTRACTS: readonly FlinkCase[] = [
  ...[1, 2, 3, 4].map((unit) =>
    statement(CONTRACT, `testOnElement${RESULT_NAMES[unit]}`, { windows: TWO, trigger: own }, [
      add('a', unit, 20),
      unit === 2 || unit === 3 ? both(unit) : nothing,
      add('a', 2, 20),
      both(2 + left[unit]! * unit),
    ]),
  ),
  ...[1, 2, 3, 4].map((unit) =>
    statement(CONTRACT, `testOnEventTime${RESULT_NAMES[unit]}`, { windows: TWO, trigger: own }, [
      add('a', 50 + unit, 20),
      nothing,
      watermark(unit),
      unit === 2 || unit === 3 ? both(50 + unit) : nothing,
      add('a', 2, 20),
      both(2 + left[unit]! * (50 + unit)),
    ]),
  ),
  ...[1, 2, 3, 4].map((unit) =>
    statement(CONTRACT, `testOnProcessingTime${RESULT_NAMES[unit]}`, { windows: TWO, trigger: own, time: 'processing' }, [
      add('a', 60 + unit),
      nothing,
      clock(unit),
      unit === 2 || unit === 3 ? both(60 + unit, -20) : nothing,
      add('a', 2),
      both(2 + left[unit]! * (60 + unit), -20),
    ]),
  ),
  statement(CONTRACT, 'testNoEventTimeFiringForPurgedWindow', { windows: tumbling(40), trigger: own }, [
    add('a', 72, 20),
    watermark(2),
    nothing,
  ]),
  statement(CONTRACT, 'testNoProcessingTimeFiringForPurgedWindow', { windows: tumbling(40), trigger: own, time: 'processing' }, [
    add('a', 82),
    clock(2),
    nothing,
  ]),
  statement(CONTRACT, 'testNoEventTimeFiringForPurgedMergingWindow', { windows: { type: 'session', gapMs: 40 }, trigger: own }, [
    add('a', 72, 20),
    watermark(2),
    nothing,
  ]),
  statement(
    CONTRACT,
    'testNoProcessingTimeFiringForPurgedMergingWindow',
    { windows: { type: 'session', gapMs: 40 }, trigger: own, time: 'processing' },
    [add('a', 82), clock(2), nothing],
  ),
  statement(CONTRACT, 'testAssignerWithMultipleWindows', { windows: TWO, trigger: own }, [add('a', 2, 20), both(2)]),
  statement(CONTRACT, 'testWindowsDontInterfere', { windows: BY_VALUE, trigger: own }, [
    add('a', 11, 0),
    add('b', 21, 0),
    nothing,
    add('b', 2, 0),
    add('a', 2, 0),
    gives(windowed('a', 13, 0, 11), windowed('b', 23, 0, 21)),
  ]),
]

const PURGING = `${NEW}/PurgingTriggerTest.java`

/** A purging trigger turns 'fire' into 'fire and purge', and passes on the rest. */
const FORWARDING: readonly FlinkCase[] = [
  ...[1, 2, 3, 4].map((unit) =>
    statement(PURGING, `PurgingTriggerTest.testForwarding, onElement ${RESULT_NAMES[unit]}`, { windows: TWO, trigger: purging(own) }, [
      add('a', unit, 20),
      unit === 2 || unit === 3 ? both(unit) : nothing,
      add('a', 2, 20),
      both(unit === 1 ? 3 : 2),
      add('a', 2, 20),
      both(2),
    ]),
  ),
  ...[1, 2, 3, 4].map((unit) =>
    statement(PURGING, `PurgingTriggerTest.testForwarding, onEventTime ${RESULT_NAMES[unit]}`, { windows: TWO, trigger: purging(own) }, [
      add('a', 50 + unit, 20),
      nothing,
      watermark(unit),
      unit === 2 || unit === 3 ? both(50 + unit) : nothing,
      add('a', 2, 20),
      both(unit === 1 ? 53 : 2),
    ]),
  ),
  ...[1, 2, 3, 4].map((unit) =>
    statement(
      PURGING,
      `PurgingTriggerTest.testForwarding, onProcessingTime ${RESULT_NAMES[unit]}`,
      { windows: TWO, trigger: purging(own), time: 'processing' },
      [
        add('a', 60 + unit),
        nothing,
        clock(unit),
        unit === 2 || unit === 3 ? both(60 + unit, -20) : nothing,
        add('a', 2),
        both(unit === 1 ? 63 : 2, -20),
      ],
    ),
  ),
]

export const TRIGGER_CASES: readonly FlinkCase[] = [...OPERATORS, ...TRIGGERS, ...CONTRACTS, ...FORWARDING]
