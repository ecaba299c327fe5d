/** Session windows: what belongs together, what sessions become when they touch, what is late for them. */
import type { FlinkCase, Line } from '../case.ts'
import { END, add, clock, gives, late, nothing, sum, watermark, windowed } from '../notation.ts'
import type { Keyed, WindowOperatorSpec, WindowsSpec } from '../window-operator.ts'

const TESTS = 'flink-streaming-java/src/test/java/org/apache/flink/streaming/runtime/operators/windowing'
const OPERATOR = `${TESTS}/WindowOperatorTest.java`

const session = (gapMs: number): WindowsSpec => ({ type: 'session', gapMs })

function operator(name: string, spec: Omit<WindowOperatorSpec, 'type'>, script: readonly Line[]): FlinkCase {
  return { name, source: OPERATOR, operator: { type: 'window', ...spec }, script }
}

const FIRST: readonly Line[] = [add('key2', 1, 0), add('key2', 2, 1000), add('key2', 3, 2500)]
const KEY1: readonly Line[] = [add('key1', 1, 10), add('key1', 2, 1000), add('key1', 3, 2500)]
const SESSIONS: readonly Line[] = [
  ...FIRST,
  ...KEY1,
  nothing,
  add('key2', 4, 5501),
  add('key2', 5, 6000),
  add('key2', 5, 6000),
  add('key2', 6, 6050),
  watermark(12000),
  gives(windowed('key1', 6, 10, 5500), windowed('key2', 6, 0, 5500), windowed('key2', 20, 5501, 9050)),
  add('key2', 10, 15000),
  add('key2', 20, 15000),
  watermark(17999),
  gives(windowed('key2', 30, 15000, 18000)),
]

/** Up to the point at which the tests of late sessions differ. */
const UNTIL_LATE: readonly Line[] = [
  add('key2', 1, 1000),
  watermark(1999),
  nothing,
  add('key2', 1, 2000),
  watermark(4998),
  nothing,
  add('key2', 1, 4500),
  add('key2', 1, 8500),
  watermark(7400),
  nothing,
  add('key2', 1, 7000),
  watermark(11501),
  gives(windowed('key2', 5, 1000, 11500)),
  add('key2', 1, 11600),
  watermark(14600),
  gives(windowed('key2', 1, 11600, 14600)),
]
const LAST: readonly Line[] = [watermark(100000), nothing]
const S3 = session(3000)
const PURGING = { type: 'purging', inner: { type: 'eventTime' } } as const

/** Different gaps for different keys, and within one key. */
const gapOf = ({ key, value }: Keyed): number => (key === 'key1' ? 3000 : value === 10 ? 1000 : 2000)
const DYNAMIC: WindowsSpec = { type: 'dynamic session', gapOf }

const OPERATORS: readonly FlinkCase[] = [
  operator('testSessionWindows', { windows: S3, keeps: 'process' }, SESSIONS),
  operator('testReduceSessionWindows', { windows: S3, keeps: 'aggregate' }, SESSIONS),
  operator('testProcessingTimeSessionWindows', { windows: S3, time: 'processing', keeps: 'reduce' }, [
    clock(3),
    add('key2', 1, 1),
    clock(1000),
    add('key2', 1, 1002),
    nothing,
    clock(5000),
    gives(sum('key2', 2, 3999)),
    add('key2', 1, 5000),
    add('key2', 1, 5000),
    add('key1', 1, 5000),
    add('key1', 1, 5000),
    add('key1', 1, 5000),
    clock(10000),
    gives(sum('key2', 2, 7999), sum('key1', 3, 7999)),
  ]),
  operator('testDynamicEventTimeSessionWindows', { windows: DYNAMIC, keeps: 'process' }, [
    add('key1', 3, 10),
    add('key2', 4, 5000),
    add('key2', 5, 6000),
    watermark(8999),
    gives(windowed('key1', 3, 10, 3010), windowed('key2', 9, 5000, 8000)),
    add('key2', 1, 9000),
    add('key2', 2, 10000),
    add('key2', 10, 10500),
    watermark(12999),
    gives(windowed('key2', 13, 9000, 12000)),
    add('key2', 10, 13000),
    add('key2', 10, 13500),
    add('key2', 1, 14000),
    watermark(16999),
    gives(windowed('key2', 21, 13000, 16000)),
  ]),
  operator('testDynamicProcessingTimeSessionWindows', { windows: DYNAMIC, time: 'processing', keeps: 'process' }, [
    clock(10),
    add('key1', 3, 10),
    clock(5000),
    gives(windowed('key1', 3, 10, 3010)),
    add('key2', 4, 5000),
    clock(6000),
    add('key2', 5, 6000),
    clock(8999),
    gives(windowed('key2', 9, 5000, 8000)),
    clock(9000),
    add('key2', 1, 9000),
    clock(10000),
    add('key2', 2, 10000),
    clock(10500),
    add('key2', 10, 10500),
    nothing,
    clock(13000),
    gives(windowed('key2', 13, 9000, 12000)),
    add('key2', 10, 13000),
    clock(13500),
    add('key2', 10, 13500),
    clock(14000),
    add('key2', 1, 14000),
    clock(16999),
    gives(windowed('key2', 21, 13000, 16000)),
  ]),
  operator(
    'testSideOutputDueToLatenessSessionZeroLatenessPurgingTrigger',
    { windows: S3, trigger: PURGING, late: true, keeps: 'aggregate' },
    [
      ...UNTIL_LATE,
      add('key2', 1, 10000),
      add('key2', 1, 10100),
      gives(late('key2', 1, 10000), late('key2', 1, 10100)),
      add('key2', 1, 14500),
      watermark(20000),
      gives(windowed('key2', 1, 14500, 17500)),
      ...LAST,
    ],
  ),
  operator('testSideOutputDueToLatenessSessionZeroLateness', { windows: S3, late: true, keeps: 'aggregate' }, [
    ...UNTIL_LATE,
    add('key2', 1, 10000),
    gives(late('key2', 1, 10000)),
    add('key2', 1, 14500),
    watermark(20000),
    gives(windowed('key2', 1, 14500, 17500)),
    ...LAST,
  ]),
  operator(
    'testDropDueToLatenessSessionWithLatenessPurgingTrigger',
    { windows: S3, trigger: PURGING, latenessMs: 10, late: true, keeps: 'aggregate' },
    [
      ...UNTIL_LATE,
      add('key2', 1, 10000),
      gives(windowed('key2', 1, 10000, 14600)),
      add('key2', 1, 14500),
      watermark(20000),
      gives(windowed('key2', 1, 10000, 17500)),
      ...LAST,
    ],
  ),
  operator('testNotSideOutputDueToLatenessSessionWithLateness', { windows: S3, latenessMs: 10, late: true, keeps: 'aggregate' }, [
    ...UNTIL_LATE,
    add('key2', 1, 10000),
    add('key2', 1, 14500),
    gives(windowed('key2', 2, 10000, 14600)),
    watermark(20000),
    gives(windowed('key2', 3, 10000, 17500)),
    ...LAST,
  ]),
  operator(
    'testNotSideOutputDueToLatenessSessionWithHugeLatenessPurgingTrigger',
    { windows: S3, trigger: PURGING, latenessMs: 10000, late: true, keeps: 'aggregate' },
    [
      ...UNTIL_LATE,
      add('key2', 1, 10000),
      gives(windowed('key2', 1, 1000, 14600)),
      add('key2', 1, 14500),
      watermark(20000),
      gives(windowed('key2', 1, 1000, 17500)),
      ...LAST,
    ],
  ),
  operator('testNotSideOutputDueToLatenessSessionWithHugeLateness', { windows: S3, latenessMs: 10000, late: true, keeps: 'aggregate' }, [
    ...UNTIL_LATE,
    add('key2', 1, 10000),
    gives(windowed('key2', 7, 1000, 14600)),
    add('key2', 1, 14500),
    watermark(20000),
    gives(windowed('key2', 8, 1000, 17500)),
    ...LAST,
  ]),
  operator('testCleanupTimerWithEmptyListStateForSessionWindows', { windows: S3, latenessMs: 10, keeps: 'process' }, [
    add('key2', 1, 1000),
    watermark(4998),
    gives(windowed('key2', 1, 1000, 4000)),
    watermark(14600),
    nothing,
  ]),
  operator('testCleanupTimerWithEmptyReduceStateForSessionWindows', { windows: S3, latenessMs: 10, keeps: 'aggregate' }, [
    add('key2', 1, 1000),
    watermark(4998),
    gives(windowed('key2', 1, 1000, 4000)),
    watermark(14600),
    nothing,
  ]),
]

/** One record makes this session. */
function assigned(
  file: string,
  name: string,
  windows: WindowsSpec,
  timestamp: number,
  end: number,
  gap: number,
  time?: 'processing',
): FlinkCase {
  const steps = time === undefined ? [add('a', gap, timestamp), END] : [clock(timestamp), add('a', gap), clock(end)]
  return {
    name: `${file}: ${name} at ${timestamp}`,
    source: `${TESTS}/${file}`,
    operator: { type: 'window', windows, keeps: 'process', ...(time && { time }) },
    script: [...steps, gives(windowed('a', gap, timestamp, end))],
  }
}

function refused(file: string, gapMs: number): FlinkCase {
  const operatorSpec: WindowOperatorSpec = { type: 'window', windows: session(gapMs), keeps: 'process' }
  return { name: `${file}: testInvalidParameters ${gapMs}`, source: `${TESTS}/${file}`, operator: operatorSpec, script: null }
}

/** The gap is the record's value: so any window can be made. */
const BY_VALUE: WindowsSpec = { type: 'dynamic session', gapOf: ({ value }) => value }

/** Windows as they are added, and as they are when all have come. */
function merging(
  file: string,
  name: string,
  windows: readonly (readonly [number, number])[],
  merged: readonly (readonly [number, number])[],
): FlinkCase {
  const inside = (window: readonly [number, number], [start, end]: readonly [number, number]): boolean =>
    window[0] >= start && window[1] <= end
  const total = (target: readonly [number, number]): number =>
    windows.filter((window) => inside(window, target)).reduce((of, [start, end]) => of + end - start, 0)
  return {
    name: `${file}: ${name}`,
    source: `${TESTS}/${file}`,
    operator: { type: 'window', windows: BY_VALUE, keeps: 'process' },
    script: [
      ...windows.map(([start, end]) => add('a', end - start, start)),
      END,
      gives(...merged.map((target) => windowed('a', total(target), target[0], target[1]))),
    ],
  }
}

const EVENT_TIME = 'EventTimeSessionWindowsTest.java'
const PROCESSING = 'ProcessingTimeSessionWindowsTest.java'
const DYNAMIC_EVENT_TIME = 'DynamicEventTimeSessionWindowsTest.java'
const DYNAMIC_PROCESSING = 'DynamicProcessingTimeSessionWindowsTest.java'
const SET = 'MergingWindowSetTest.java'

const CONSECUTIVE = [
  [0, 1],
  [1, 2],
  [2, 3],
  [4, 5],
  [5, 6],
] as const
/** Flink's test has the point window 1..1 as well, which no gap makes. */
const COVERING = [
  [0, 2],
  [4, 7],
  [5, 6],
] as const

const ASSIGNERS: readonly FlinkCase[] = [
  ...[0, 4999, 5000].map((at) => assigned(EVENT_TIME, 'testWindowAssignment', session(5000), at, at + 5000, 5000)),
  ...[0, 4999, 5000].map((at) => assigned(PROCESSING, 'testWindowAssignment', session(5000), at, at + 5000, 5000, 'processing')),
  ...(
    [
      [0, 5000],
      [4999, 8999],
      [5000, 14000],
    ] as const
  ).flatMap(([at, end]) => [
    assigned(DYNAMIC_EVENT_TIME, 'testWindowAssignment', BY_VALUE, at, end, end - at),
    assigned(DYNAMIC_PROCESSING, 'testWindowAssignment', BY_VALUE, at, end, end - at, 'processing'),
  ]),
  ...[-1000, 0].flatMap((gapMs) => [refused(EVENT_TIME, gapMs), refused(PROCESSING, gapMs)]),
  ...[EVENT_TIME, PROCESSING, DYNAMIC_EVENT_TIME, DYNAMIC_PROCESSING].flatMap((file) => [
    merging(file, 'testMergeSingleWindow', [[0, 1]], [[0, 1]]),
    merging(file, 'testMergeConsecutiveWindows', CONSECUTIVE, [
      [0, 3],
      [4, 6],
    ]),
    merging(file, 'testMergeCoveringWindow', COVERING, [
      [0, 2],
      [4, 7],
    ]),
  ]),
  merging(
    SET,
    'testIncrementalMerging',
    [
      [0, 4],
      [0, 4],
      [3, 5],
      [4, 6],
      [1, 4],
      [0, 4],
      [3, 5],
      [4, 6],
      [11, 14],
      [10, 13],
      [12, 15],
      [11, 14],
    ],
    [
      [0, 6],
      [10, 15],
    ],
  ),
  merging(
    SET,
    'testLateMerging, the later two',
    [
      [0, 3],
      [5, 8],
      [10, 13],
      [8, 10],
      [5, 8],
      [8, 10],
      [10, 13],
    ],
    [
      [0, 3],
      [5, 13],
    ],
  ),
  merging(
    SET,
    'testLateMerging, all',
    [
      [0, 3],
      [5, 8],
      [10, 13],
      [8, 10],
      [5, 8],
      [8, 10],
      [10, 13],
      [3, 5],
    ],
    [[0, 13]],
  ),
  merging(
    SET,
    'testMergeLargeWindowCoveringSingleWindow',
    [
      [1, 2],
      [0, 3],
    ],
    [[0, 3]],
  ),
  merging(
    SET,
    'testAddingIdenticalWindows',
    [
      [1, 2],
      [1, 2],
    ],
    [[1, 2]],
  ),
  merging(
    SET,
    'testMergeLargeWindowCoveringMultipleWindows',
    [
      [1, 3],
      [5, 8],
      [10, 13],
      [0, 13],
    ],
    [[0, 13]],
  ),
  merging(
    SET,
    'testPersist',
    [
      [1, 2],
      [17, 42],
    ],
    [
      [1, 2],
      [17, 42],
    ],
  ),
]

export const SESSION_CASES: readonly FlinkCase[] = [...OPERATORS, ...ASSIGNERS]
