/** Joins of records that are near each other in event time. */
import type { FlinkCase, Given, Line } from '../case.ts'
import { END, gives, nothing } from '../notation.ts'
import type { JoinSpec } from '../join-operator.ts'

const OPERATOR = 'flink-streaming-java/src/test/java/org/apache/flink/streaming/api/operators/co/IntervalJoinOperatorTest.java'
const JAVA = 'flink-streaming-java/src/test/java/org/apache/flink/streaming/runtime/operators/windowing/IntervalJoinITCase.java'
const SCALA = 'flink-streaming-scala/src/test/scala/org/apache/flink/streaming/api/scala/IntervalJoinITCase.scala'

type Side = 'left' | 'right'

const record = (input: Side, at: number, key = 'key'): Line => ({ record: { key, at }, timestamp: at, input })
const watermark = (input: Side, time: number): Line => ({ watermark: time, input })

/** Two records that were joined: the result has the later event time. */
function pair(left: number, right: number, key = 'key'): Given {
  return { record: { key, left, right, leftTime: left, rightTime: right }, timestamp: Math.max(left, right) }
}

type Pairs = readonly (readonly [number, number])[]
const pairs = (all: Pairs) => gives(...all.map(([left, right]) => pair(left, right)))

function join(source: string, name: string, bounds: Omit<JoinSpec, 'type'>, script: readonly Line[] | null): FlinkCase {
  return { name, source, operator: { type: 'interval join', ...bounds }, script }
}

/** Records 1 to 4 of one side, each with its watermark, then those of the other. */
function oneAfterTheOther(first: Side): Line[] {
  const sides: readonly Side[] = first === 'left' ? ['left', 'right'] : ['right', 'left']
  return sides.flatMap((side) => [1, 2, 3, 4].flatMap((at) => [record(side, at), watermark(side, at)]))
}

const SIDES: readonly Side[] = ['left', 'right']

/** A test that Flink runs with either side ahead of the other. */
function both(name: string, bounds: Omit<JoinSpec, 'type'>, expected: Pairs): FlinkCase[] {
  return SIDES.map((first) => join(OPERATOR, `${name}, ${first} side faster`, bounds, [...oneAfterTheOther(first), pairs(expected)]))
}

const OPEN = { lowerExclusive: true, upperExclusive: true } as const
const NEAR: Pairs = [
  [1, 1],
  [1, 2],
  [2, 1],
  [2, 2],
  [2, 3],
  [3, 2],
  [3, 3],
  [3, 4],
  [4, 3],
  [4, 4],
]
const AFTER: Pairs = [
  [1, 2],
  [1, 3],
  [2, 3],
  [2, 4],
  [3, 4],
]
const BEFORE: Pairs = [
  [2, 1],
  [3, 1],
  [3, 2],
  [4, 2],
  [4, 3],
]

const BOUNDS: readonly FlinkCase[] = [
  ...both('testImplementationMirrorsCorrectly', { lower: 1, upper: 3, upperExclusive: true }, AFTER),
  ...both('testImplementationMirrorsCorrectly, mirrored', { lower: -3, upper: -1, lowerExclusive: true }, BEFORE),
  ...both('testNegativeInclusiveAndNegativeInclusive', { lower: -2, upper: -1 }, BEFORE),
  ...both('testNegativeInclusiveAndPositiveInclusive', { lower: -1, upper: 1 }, NEAR),
  ...both('testPositiveInclusiveAndPositiveInclusive', { lower: 1, upper: 2 }, AFTER),
  ...both('testNegativeExclusiveAndNegativeExlusive', { lower: -3, upper: -1, ...OPEN }, [
    [3, 1],
    [4, 2],
  ]),
  ...both('testNegativeExclusiveAndPositiveExlusive', { lower: -1, upper: 1, ...OPEN }, [
    [1, 1],
    [2, 2],
    [3, 3],
    [4, 4],
  ]),
  ...both('testPositiveExclusiveAndPositiveExlusive', { lower: 1, upper: 3, ...OPEN }, [
    [1, 3],
    [2, 4],
  ]),
  // What the function is told of its records is part of every result: event times of both, and the later one.
  ...both('testContextCorrectLeftTimestamp', { lower: -1, upper: 1 }, NEAR),
  ...both('testReturnsCorrectTimestamp', { lower: -1, upper: 1 }, NEAR),
  ...both('testContextCorrectRightTimestamp', { lower: -1, upper: 1 }, NEAR),
]

const step = (at: number): Line[] => SIDES.flatMap((side) => [record(side, at), watermark(side, at)])
const untimed = (side: Side): FlinkCase => ({
  ...join(OPERATOR, `testFailsWithNoTimestamps${side === 'left' ? 'Left' : 'Right'}`, { lower: 0, upper: 0 }, [
    { record: { key: 'key', at: 0 }, input: side },
  ]),
  fails: 'MR_EVENT_TIME_MISSING',
})

const OPERATORS: readonly FlinkCase[] = [
  join(OPERATOR, 'testRestoreFromSnapshot', { lower: -1, upper: 1 }, [
    ...step(1),
    ...step(2),
    ...step(3),
    pairs([
      [1, 1],
      [1, 2],
      [2, 1],
      [2, 2],
      [2, 3],
      [3, 2],
      [3, 3],
    ]),
    ...step(4),
    pairs([
      [3, 4],
      [4, 3],
      [4, 4],
    ]),
  ]),
  untimed('left'),
  untimed('right'),
  join(OPERATOR, 'testDiscardsLateData', { lower: -1, upper: 1 }, [
    ...[1, 2, 3].flatMap((at) => [record('left', at), record('right', at)]),
    watermark('left', 3),
    watermark('right', 3),
    pairs([
      [1, 1],
      [1, 2],
      [2, 1],
      [2, 2],
      [2, 3],
      [3, 2],
      [3, 3],
    ]),
    record('left', 1),
    gives({ late: { key: 'key', at: 1, side: 'left' }, timestamp: 1 }),
    ...[4, 5].flatMap((at) => [record('left', at), record('right', at)]),
    pairs([
      [3, 4],
      [4, 3],
      [4, 4],
      [4, 5],
      [5, 4],
      [5, 5],
    ]),
  ]),
  join(OPERATOR, 'testLateData', { lower: -1, upper: 1 }, [
    record('left', 3),
    record('right', 3),
    watermark('left', 3),
    watermark('right', 3),
    pairs([[3, 3]]),
    record('left', 4),
    record('right', 4),
    pairs([
      [3, 4],
      [4, 3],
      [4, 4],
    ]),
    record('left', 1),
    record('right', 2),
    gives({ late: { key: 'key', at: 1, side: 'left' }, timestamp: 1 }, { late: { key: 'key', at: 2, side: 'right' }, timestamp: 2 }),
    record('left', 5),
    record('right', 5),
    pairs([
      [4, 5],
      [5, 4],
      [5, 5],
    ]),
  ]),
]

/** Both streams, each with watermarks that follow its records, to their ends. */
function streams(left: readonly (readonly [string, number])[], right: readonly (readonly [string, number])[]): Line[] {
  const all = (side: Side, records: readonly (readonly [string, number])[]): Line[] =>
    records.flatMap(([key, at]) => [record(side, at, key), watermark(side, at - 1)])
  return [...all('left', left), ...all('right', right), END]
}

const keyed = (times: readonly number[]): [string, number][] => times.map((at) => ['key', at])
const KEYS: readonly [string, number][] = [0, 1, 2, 3, 4, 5].map((at) => [at % 2 === 0 ? 'key1' : 'key2', at])
const THREE = streams(keyed([0, 1, 2]), keyed([0, 1, 2]))
const INCLUSIVE: Pairs = [
  [0, 0],
  [0, 1],
  [0, 2],
  [1, 1],
  [1, 2],
  [2, 2],
]
const unordered = (side: Side, first: readonly number[], second: readonly number[]): Line[] => [
  ...first.map((at) => record(side, at)),
  watermark(side, 5),
  ...second.map((at) => record(side, at)),
]

const PROGRAMS: readonly FlinkCase[] = [
  join(JAVA, 'testCanJoinOverSameKey', { lower: 0, upper: 0 }, [
    ...streams(keyed([0, 1, 2, 3, 4, 5]), keyed([0, 1, 2, 3, 4, 5])),
    pairs([
      [0, 0],
      [1, 1],
      [2, 2],
      [3, 3],
      [4, 4],
      [5, 5],
    ]),
  ]),
  join(JAVA, 'testJoinsCorrectlyWithMultipleKeys', { lower: 0, upper: 1 }, [
    ...streams(KEYS, KEYS),
    gives(...KEYS.map(([key, at]) => pair(at, at, key))),
  ]),
  join(JAVA, 'testBoundedUnorderedStreamsStillJoinCorrectly', { lower: -1, upper: 1 }, [
    ...unordered('left', [5, 1, 4, 3, 2], [9, 8, 7, 6]),
    ...unordered('right', [2, 1, 3, 4, 5], [8, 7, 9, 6]),
    pairs(
      [1, 2, 3, 4, 5, 6, 7, 8, 9].flatMap((left) =>
        [left - 1, left, left + 1].filter((right) => right >= 1 && right <= 9).map((right) => [left, right] as const),
      ),
    ),
  ]),
  join(JAVA, 'testFailsWithoutUpperBound', { lower: 0, upper: undefined as never }, null),
  join(JAVA, 'testFailsWithoutLowerBound', { lower: undefined as never, upper: 1 }, null),
  join(JAVA, 'testBoundsCanBeExclusive', { lower: 0, upper: 2, ...OPEN }, [
    ...THREE,
    pairs([
      [0, 1],
      [1, 2],
    ]),
  ]),
  join(JAVA, 'testBoundsCanBeInclusive', { lower: 0, upper: 2, lowerExclusive: false, upperExclusive: false }, [
    ...THREE,
    pairs(INCLUSIVE),
  ]),
  join(JAVA, 'testBoundsAreInclusiveByDefault', { lower: 0, upper: 2 }, [...THREE, pairs(INCLUSIVE)]),
  { ...join(JAVA, 'testExecutionFailsInProcessingTime', { lower: 0, upper: 0, untimed: true }, [nothing]), fails: 'MR_GRAPH_INVALID' },
  join(SCALA, 'testInclusiveBounds', { lower: 0, upper: 2 }, [...THREE, pairs(INCLUSIVE)]),
  join(SCALA, 'testExclusiveBounds', { lower: 0, upper: 2, ...OPEN }, [
    ...THREE,
    pairs([
      [0, 1],
      [1, 2],
    ]),
  ]),
]

const SQL = 'flink-table/flink-table-planner/src/test/scala/org/apache/flink/table/planner/runtime/stream/sql/IntervalJoinITCase.scala'

/** `t1.rowtime BETWEEN t2.rowtime - 5 s AND t2.rowtime + 6 s`, as bounds of the right record. */
const SECONDS = { lower: -6000, upper: 5000 }
/** Of which stream 1 has these. Keys of SQL may be null, which equals nothing; here no key is. */
const LEFT: readonly [string, number][] = [
  ['A', 999],
  ['A', 1000],
  ['A', 2000],
  ['A', 3000],
  ['B', 4000],
  ['A', 5000],
  ['A', 6000],
]
const RIGHT: readonly [string, number][] = [
  ['A', 6000],
  ['B', 7000],
]
const EQUAL_KEYS = [...[1000, 2000, 3000, 5000, 6000].map((left) => pair(left, 6000, 'A')), pair(4000, 7000, 'B')]
/** All of them with one key, for joins without an equality. */
const keyless = (records: readonly (readonly [string, number])[]): [string, number][] => records.map(([, at]) => ['key', at])
const K1 = [1000, 1000, 1000]
const late1s = (side: Side, records: readonly (readonly [string, number])[]): Line[] =>
  records.flatMap(([key, at]) => [record(side, at, key), watermark(side, at - 1001)])

const QUERIES: readonly FlinkCase[] = [
  join(SQL, 'testRowTimeInnerJoin', SECONDS, [...streams(LEFT, RIGHT), gives(...EQUAL_KEYS)]),
  join(SQL, 'testRowTimeInnerJoinWithIsNotDistinctFrom', SECONDS, [
    ...streams([...LEFT, ['null', 8000]], [...RIGHT, ['null', 10000]]),
    gives(...EQUAL_KEYS, pair(8000, 10000, 'null')),
  ]),
  join(SQL, 'testRowTimeInnerJoinWithNegativeWindowBoundsForRight', { lower: -3000, upper: -1000 }, [
    ...streams(keyed([1000]), keyed([0])),
    pairs([[1000, 0]]),
  ]),
  join(SQL, 'testRowTimeInnerJoinWithoutEqualCondition', SECONDS, [
    ...streams(keyless([...LEFT, ['null', 8000]]), keyless([...RIGHT, ['null', 10000]])),
    pairs([
      ...[1000, 2000, 3000, 4000, 5000, 6000, 8000].map((left) => [left, 6000] as const),
      ...[2000, 3000, 4000, 5000, 6000, 8000].map((left) => [left, 7000] as const),
      ...[5000, 6000, 8000].map((left) => [left, 10000] as const),
    ]),
  ]),
  join(SQL, 'testRowTimeInnerJoinWithEquiTimeAttrs', { lower: 0, upper: 0 }, [
    ...late1s('left', [...K1.map((at) => ['K1', at] as const), ['K2', 2000], ['K1', 4000], ['K1', 6000], ['K1', 5001]]),
    ...late1s('right', [...K1.map((at) => ['K1', at] as const), ['K2', 3000], ['K1', 4000], ['K1', 6000], ['K1', 5001]]),
    gives(...K1.flatMap(() => K1.map((at) => pair(at, at, 'K1'))), ...[4000, 6000, 5001].map((at) => pair(at, at, 'K1'))),
  ]),
]

export const INTERVAL_JOIN_CASES: readonly FlinkCase[] = [...BOUNDS, ...OPERATORS, ...PROGRAMS, ...QUERIES]
