/** Windows of fixed size: which records belong to which, when they fire, what is late. */
import type { FlinkCase, Given, Line } from '../case.ts'
import { END, add, clock, gives, late, nothing, sum, watermark, windowed } from '../notation.ts'
import type { WindowOperatorSpec, WindowsSpec } from '../window-operator.ts'

const OPERATOR = 'flink-streaming-java/src/test/java/org/apache/flink/streaming/runtime/operators/windowing/WindowOperatorTest.java'
const WINDOWING = 'flink-runtime/src/test/java/org/apache/flink/streaming/runtime/operators/windowing'
const TIME_WINDOW = 'flink-streaming-java/src/test/java/org/apache/flink/streaming/runtime/operators/windowing/TimeWindowTest.java'
/** Where Flink's tests use Long.MAX_VALUE. */
const LAST_MS = Number.MAX_SAFE_INTEGER

const SLIDING: WindowsSpec = { type: 'sliding', sizeMs: 3000, slideMs: 1000 }
const tumbling = (sizeMs: number): WindowsSpec => ({ type: 'tumbling', sizeMs })

function operator(
  name: string,
  spec: Omit<WindowOperatorSpec, 'type' | 'keeps'> & Partial<WindowOperatorSpec>,
  script: readonly Line[],
): FlinkCase {
  return { name, source: OPERATOR, operator: { type: 'window', keeps: 'reduce', ...spec }, script }
}

const OUT_OF_ORDER: readonly Line[] = [
  add('key2', 1, 3999),
  add('key2', 1, 3000),
  add('key1', 1, 20),
  add('key1', 1, 0),
  add('key1', 1, 999),
  add('key2', 1, 1998),
  add('key2', 1, 1999),
  add('key2', 1, 1000),
]

const slidingScript = (result: (key: string, total: number, end: number) => Given): readonly Line[] => [
  ...OUT_OF_ORDER,
  watermark(999),
  gives(result('key1', 3, 1000)),
  watermark(1999),
  gives(result('key1', 3, 2000), result('key2', 3, 2000)),
  watermark(2999),
  gives(result('key1', 3, 3000), result('key2', 3, 3000)),
  watermark(3999),
  gives(result('key2', 5, 4000)),
  watermark(4999),
  gives(result('key2', 2, 5000)),
  watermark(5999),
  gives(result('key2', 2, 6000)),
  watermark(6999),
  watermark(7999),
  nothing,
]

const tumblingScript = (result: (key: string, total: number, end: number) => Given): readonly Line[] => [
  ...OUT_OF_ORDER,
  watermark(999),
  watermark(1999),
  nothing,
  watermark(2999),
  gives(result('key1', 3, 3000), result('key2', 3, 3000)),
  watermark(3999),
  watermark(4999),
  nothing,
  watermark(5999),
  gives(result('key2', 2, 6000)),
  watermark(6999),
  watermark(7999),
  nothing,
]

const plain = (key: string, total: number, end: number): Given => sum(key, total, end - 1)
const of3s = (key: string, total: number, end: number): Given => windowed(key, total, end - 3000, end)
const CLEANUP: readonly Line[] = [
  add('key2', 1, 1000),
  watermark(1599),
  nothing,
  watermark(1999),
  gives(windowed('key2', 1, 0, 2000)),
  watermark(2000),
  watermark(5000),
  nothing,
]

const OPERATORS: readonly FlinkCase[] = [
  operator('testSlidingEventTimeWindowsReduce', { windows: SLIDING }, slidingScript(plain)),
  operator('testSlidingEventTimeWindowsApply', { windows: SLIDING, keeps: 'process' }, slidingScript(of3s)),
  operator('testTumblingEventTimeWindowsReduce', { windows: tumbling(3000) }, tumblingScript(plain)),
  operator('testTumblingEventTimeWindowsApply', { windows: tumbling(3000), keeps: 'process' }, tumblingScript(of3s)),
  operator('testProcessingTimeTumblingWindows', { windows: tumbling(3000), time: 'processing' }, [
    clock(3),
    add('key2', 1, LAST_MS),
    add('key2', 1, 7000),
    add('key2', 1, 7000),
    add('key1', 1, 7000),
    add('key1', 1, 7000),
    nothing,
    clock(5000),
    gives(sum('key2', 3, 2999), sum('key1', 2, 2999)),
    add('key1', 1, 7000),
    add('key1', 1, 7000),
    add('key1', 1, 7000),
    clock(7000),
    gives(sum('key1', 3, 5999)),
  ]),
  operator('testProcessingTimeSlidingWindows', { windows: SLIDING, time: 'processing' }, [
    clock(3),
    add('key2', 1, LAST_MS),
    clock(1000),
    gives(sum('key2', 1, 999)),
    add('key2', 1, LAST_MS),
    add('key2', 1, LAST_MS),
    clock(2000),
    gives(sum('key2', 3, 1999)),
    add('key1', 1, LAST_MS),
    add('key1', 1, LAST_MS),
    clock(3000),
    gives(sum('key2', 3, 2999), sum('key1', 2, 2999)),
    add('key1', 1, LAST_MS),
    add('key1', 1, LAST_MS),
    add('key1', 1, LAST_MS),
    clock(7000),
    gives(sum('key2', 2, 3999), sum('key1', 5, 3999), sum('key1', 5, 4999), sum('key1', 3, 5999)),
  ]),
  operator(
    'testLateness',
    { windows: tumbling(2000), trigger: { type: 'purging', inner: { type: 'eventTime' } }, latenessMs: 500, late: true },
    [
      add('key2', 1, 500),
      watermark(1500),
      nothing,
      add('key2', 1, 1300),
      watermark(2300),
      gives(sum('key2', 2, 1999)),
      add('key2', 1, 1997),
      watermark(6000),
      gives(sum('key2', 1, 1999)),
      add('key2', 1, 1998),
      watermark(7000),
      gives(late('key2', 1, 1998)),
    ],
  ),
  operator('testCleanupTimeOverflow', { windows: tumbling(1000), latenessMs: 2000 }, [
    add('key2', 1, LAST_MS - 1750),
    watermark(LAST_MS - 1500),
    nothing,
    watermark(9_007_199_254_739_999),
    gives(sum('key2', 1, 9_007_199_254_739_999)),
  ]),
  operator('testSideOutputDueToLatenessTumbling', { windows: tumbling(2000), late: true }, [
    add('key2', 1, 1000),
    watermark(1985),
    nothing,
    add('key2', 1, 1980),
    watermark(1999),
    gives(sum('key2', 2, 1999)),
    add('key2', 1, 1998),
    gives(late('key2', 1, 1998)),
    add('key2', 1, 2001),
    watermark(2999),
    nothing,
    watermark(3999),
    gives(sum('key2', 1, 3999)),
  ]),
  operator('testSideOutputDueToLatenessSliding', { windows: SLIDING, late: true }, [
    add('key2', 1, 1000),
    watermark(1999),
    gives(sum('key2', 1, 1999)),
    add('key2', 1, 2000),
    watermark(3000),
    gives(sum('key2', 2, 2999)),
    add('key1', 1, 3001),
    add('key2', 1, 2400),
    add('key2', 1, 2400),
    add('key1', 1, 3001),
    add('key2', 1, 3900),
    watermark(6000),
    gives(
      sum('key2', 5, 3999),
      sum('key1', 2, 3999),
      sum('key2', 4, 4999),
      sum('key1', 2, 4999),
      sum('key2', 1, 5999),
      sum('key1', 2, 5999),
    ),
    add('key1', 1, 3001),
    gives(late('key1', 1, 3001)),
    watermark(25000),
    nothing,
  ]),
  operator('testCleanupTimerWithEmptyListStateForTumblingWindows', { windows: tumbling(2000), latenessMs: 1, keeps: 'process' }, CLEANUP),
  operator('testCleanupTimerWithEmptyReduceStateForTumblingWindows', { windows: tumbling(2000), latenessMs: 1 }, [
    add('key2', 1, 1000),
    watermark(1599),
    nothing,
    watermark(1999),
    gives(sum('key2', 1, 1999)),
    watermark(2000),
    watermark(5000),
    nothing,
  ]),
]

/** A record at a time belongs to these windows: all of them fire at the end of the input, or when the clock has passed them. */
function assigned(
  source: string,
  name: string,
  windows: WindowsSpec,
  timestamp: number,
  starts: readonly number[],
  time?: 'processing',
): FlinkCase {
  const { sizeMs } = windows as { sizeMs: number }
  const results = starts.map((start) => windowed('a', 1, start, start + sizeMs))
  const steps = time === undefined ? [add('a', 1, timestamp), END] : [clock(timestamp), add('a', 1), clock(timestamp + sizeMs)]
  return {
    name: `${name} at ${timestamp}`,
    source,
    operator: { type: 'window', windows, keeps: 'aggregate', ...(time && { time }) },
    script: [...steps, gives(...results)],
  }
}

function refused(source: string, name: string, windows: WindowsSpec, time?: 'processing'): FlinkCase {
  return { name, source, operator: { type: 'window', windows, keeps: 'aggregate', ...(time && { time }) }, script: null }
}

const range = (from: number): number[] => [0, 1, 2, 3, 4].map((n) => from + 1000 * n)

/** The assertions that the tests of event time and of processing time have in common. */
function assigners(file: string, kind: 'Tumbling' | 'Sliding', time?: 'processing'): FlinkCase[] {
  const source = `${WINDOWING}/${file}`
  const windows = (sizeMs: number, slideMs: number, offsetMs?: number): WindowsSpec => {
    const offset = offsetMs === undefined ? {} : { offsetMs }
    return kind === 'Tumbling' ? { type: 'tumbling', sizeMs, ...offset } : { type: 'sliding', sizeMs, slideMs, ...offset }
  }
  const cases = (name: string, spec: WindowsSpec, expected: readonly (readonly [number, readonly number[]])[]): FlinkCase[] =>
    expected.map(([timestamp, starts]) => assigned(source, `${file}: ${name}`, spec, timestamp, starts, time))
  const invalid = (sizeMs: number, slideMs: number, offsetMs?: number): FlinkCase =>
    refused(source, `${file}: testInvalidParameters ${sizeMs} ${slideMs} ${offsetMs ?? ''}`, windows(sizeMs, slideMs, offsetMs), time)
  if (kind === 'Tumbling') {
    // In processing time Flink looks at a negative offset at 100, in event time at 0.
    const atOffset = time === undefined ? 0 : 100
    return [
      ...cases('testWindowAssignment', windows(5000, 5000), [
        [0, [0]],
        [4999, [0]],
        [5000, [5000]],
      ]),
      ...cases('testWindowAssignmentWithGlobalOffset', windows(5000, 5000, 100), [
        [100, [100]],
        [5099, [100]],
        [5100, [5100]],
      ]),
      ...cases('testWindowAssignmentWithNegativeGlobalOffset', windows(5000, 5000, -100), [
        [atOffset, [-100]],
        [4899, [-100]],
        [4900, [4900]],
      ]),
      ...cases('testTimeUnits', windows(5000, 5000, 1000), [
        [1000, [1000]],
        [5999, [1000]],
        [6000, [6000]],
      ]),
      invalid(-1000, 0),
      invalid(10_000, 0, 20_000),
      invalid(10_000, 0, -11_000),
    ]
  }
  return [
    ...cases('testWindowAssignment', windows(5000, 1000), [
      [0, range(-4000)],
      [4999, range(0)],
      [5000, range(1000)],
    ]),
    ...cases('testWindowAssignmentWithOffset', windows(5000, 1000, 100), [
      [100, range(-3900)],
      [5099, range(100)],
      [5100, range(1100)],
    ]),
    ...cases('testWindowAssignmentWithNegativeOffset', windows(5000, 1000, -100), [
      [0, range(-4100)],
      [4899, range(-100)],
      [4900, range(900)],
    ]),
    ...cases('testTimeUnits', windows(5000, 1000, 500), [
      [100, range(-4500)],
      [5499, range(500)],
      [5100, range(500)],
    ]),
    invalid(-2000, 1000),
    invalid(2000, -1000),
    invalid(-20_000, 10_000, -1000),
    invalid(20_000, 10_000, -11_000),
    invalid(20_000, 10_000, 11_000),
  ]
}

/** TimeWindowTest.testGetWindowStartWithOffset: size, offset, time and where the window begins. */
const STARTS: readonly (readonly [number, number, number, number])[] = [
  [7, 0, 1, 0],
  [7, 0, 6, 0],
  [7, 0, 7, 7],
  [7, 0, 8, 7],
  [7, 3, 1, -4],
  [7, 3, 2, -4],
  [7, 3, 3, 3],
  [7, 3, 9, 3],
  [7, 3, 10, 10],
  [7, -2, 1, -2],
  [7, -2, -2, -2],
  [7, -2, 3, -2],
  [7, -2, 4, -2],
  [7, -2, 7, 5],
  [7, -2, 12, 12],
  [86_400_000, -28_800_000, 1_470_902_048_450, 1_470_844_800_000],
]

export const WINDOW_CASES: readonly FlinkCase[] = [
  ...OPERATORS,
  ...assigners('TumblingEventTimeWindowsTest.java', 'Tumbling'),
  ...assigners('SlidingEventTimeWindowsTest.java', 'Sliding'),
  ...assigners('TumblingProcessingTimeWindowsTest.java', 'Tumbling', 'processing'),
  ...assigners('SlidingProcessingTimeWindowsTest.java', 'Sliding', 'processing'),
  ...STARTS.map(([sizeMs, offsetMs, timestamp, start]) =>
    assigned(TIME_WINDOW, `testGetWindowStartWithOffset ${sizeMs} ${offsetMs}`, { type: 'tumbling', sizeMs, offsetMs }, timestamp, [start]),
  ),
]
