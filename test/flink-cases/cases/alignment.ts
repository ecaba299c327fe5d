/** Sources that are read abreast: who waits for whom. */
import type { AlignedSpec, Probe } from '../alignment-operator.ts'
import type { FlinkCase, Given, Line } from '../case.ts'
import { gives, idle, nothing, watermark } from '../notation.ts'

const COORDINATOR = 'flink-runtime/src/test/java/org/apache/flink/runtime/source/coordinator/SourceCoordinatorAlignmentTest.java'
const OPERATOR = 'flink-streaming-java/src/test/java/org/apache/flink/streaming/api/operators/SourceOperatorAlignmentTest.java'
const PAGE =
  'https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/event-time/generating_watermarks/#watermark-alignment'
/** Where Flink's tests use Long.MAX_VALUE. */
const UNLIMITED = Number.MAX_SAFE_INTEGER

/** A report of a subtask, or what Flink's coordinator then announces to one: the largest watermark that it may have. */
type Event = { readonly subtask: number; readonly reports: number | 'idle' } | { readonly subtask: number; readonly limit: number }

const reports = (subtask: number, watermarkOrIdle: number | 'idle'): Event => ({ subtask, reports: watermarkOrIdle })
const limit = (subtask: number, max: number): Event => ({ subtask, limit: max })
const limits = (max: number): Event[] => [limit(0, max), limit(1, max)]

/** A case for each announcement that a test asserts: the reports until then, and what follows for the subtask that it is for. */
function announcements(name: string, groups: readonly string[], maxDriftMs: number, events: readonly Event[]): FlinkCase[] {
  return events.flatMap((event, at) => {
    if (!('limit' in event)) return []
    const before = events.slice(0, at).filter((other): other is Extract<Event, { reports: unknown }> => 'reports' in other)
    const last = before.findLast(({ subtask }) => subtask === event.subtask)?.reports
    const probe: Probe = { member: event.subtask, limit: event.limit }
    const waits = typeof last === 'number' && last > event.limit
    const script: Line[] = [
      ...before.map(({ subtask, reports: value }) => (value === 'idle' ? idle(subtask) : watermark(value, subtask))),
      { record: probe },
      gives({ record: { ...probe, announced: true, waits } }),
    ]
    return [{ name: `${name}, assertion ${at}`, source: COORDINATOR, operator: { type: 'members', groups, maxDriftMs }, script }]
  })
}

const ONE = ['group1', 'group1']

/** The minimum that the aggregator gives is the limit of a group whose members may not drift. */
const aggregate = (key: number, value: number | 'idle', minimum: number): Event[] => [reports(key, value), limit(key, minimum)]

const COORDINATORS: readonly FlinkCase[] = [
  ...announcements('testWatermarkAlignment', ONE, 1000, [
    reports(0, 42),
    reports(1, 44),
    ...limits(1042),
    reports(0, 5000),
    ...limits(1044),
  ]),
  ...announcements('testWatermarkAlignmentWithIdleness', ONE, 1000, [
    reports(0, 42),
    reports(1, 44),
    ...limits(1042),
    reports(0, 'idle'),
    ...limits(1044),
    reports(0, 42),
    ...limits(1042),
    reports(0, 'idle'),
    reports(1, 'idle'),
    ...limits(UNLIMITED),
    reports(0, 42),
    ...limits(1042),
    reports(1, 46),
    ...limits(1042),
  ]),
  ...announcements('testWatermarkAlignmentWithTwoGroups', ['group1', 'group2'], 1000, [
    reports(0, 42),
    limit(0, 1042),
    reports(1, 44),
    limit(0, 1042),
    limit(1, 1044),
    reports(0, 5000),
    limit(0, 6000),
    limit(1, 1044),
  ]),
  ...announcements('testWatermarkAggregator, one key', ['keys'], 0, aggregate(0, 10, 10)),
  ...announcements('testWatermarkAggregator, two keys', ['keys', 'keys'], 0, [reports(0, 10), ...aggregate(1, 12, 10)]),
  ...announcements('testWatermarkAggregator', ['keys', 'keys', 'keys'], 0, [
    reports(0, 10),
    reports(1, 12),
    ...aggregate(2, 13, 10),
    ...aggregate(1, 9, 9),
    ...aggregate(1, 'idle', 10),
    ...aggregate(1, 8, 8),
    ...aggregate(1, 20, 10),
    ...aggregate(0, 23, 13),
    ...aggregate(2, 22, 20),
  ]),
]

const record = (source: string, at: number): Line => ({ record: at, input: source })
const read = (source: string, at: number): Given => ({ record: { source, at }, timestamp: at })
/** Time for a source that waits to look again. */
const LOOK: Line = { advanceMs: 100 }

function aligned(source: string, name: string, spec: Omit<AlignedSpec, 'type'>, script: readonly Line[]): FlinkCase {
  return { name, source, operator: { type: 'aligned inlets', ...spec }, script }
}

const AB = { groups: { A: 'group1', B: 'group1' }, maxDriftMs: 100, watermarks: 'all' } as const
/** B stands for the rest of the group: 899 makes Flink's limit of 999. */
const FIRST: readonly Line[] = [record('B', 899), record('A', 1000), gives(read('B', 899), read('A', 1000))]
const AHEAD: readonly Line[] = [record('A', 2000), LOOK, nothing]
const ODD: Omit<AlignedSpec, 'type'> = { ...AB, watermarks: 'odd', idleAfterMs: 1000 }
const BOTH_IDLE: readonly Line[] = [record('B', 1), record('A', 1), gives(read('B', 1), read('A', 1)), { advanceMs: 1000 }, nothing]

const OPERATORS: readonly FlinkCase[] = [
  aligned(OPERATOR, 'testWatermarkAlignment, the first record', AB, FIRST),
  aligned(OPERATOR, 'testWatermarkAlignment, beyond the limit', AB, [...FIRST, ...AHEAD]),
  aligned(OPERATOR, 'testWatermarkAlignment, within a new limit', AB, [
    ...FIRST,
    ...AHEAD,
    record('B', 901),
    LOOK,
    gives(read('B', 901), read('A', 2000)),
    record('A', 3000),
    LOOK,
    nothing,
  ]),
  aligned(OPERATOR, 'testWatermarkAlignmentWithIdleness, all idle', ODD, [...BOTH_IDLE, record('A', 2), LOOK, gives(read('A', 2))]),
  aligned(OPERATOR, 'testWatermarkAlignmentWithIdleness, others go on', ODD, [
    ...BOTH_IDLE,
    record('B', 51),
    gives(read('B', 51)),
    record('A', 2),
    LOOK,
    gives(read('A', 2)),
    // A is at 1 again.
    record('B', 501),
    LOOK,
    gives(read('B', 501)),
    record('B', 701),
    LOOK,
    nothing,
  ]),
  {
    name: 'testReportedWatermarkDoNotDecrease',
    source: OPERATOR,
    operator: { type: 'splits', open: 1, looks: 'always' },
    script: [watermark(2000, 0), gives({ watermark: 2000 }), { record: 'open', channel: 1 }, watermark(1000, 1), nothing],
  },
]

const MINUTES: Omit<AlignedSpec, 'type'> = { ...AB, maxDriftMs: 20_000 }
const BEGIN: readonly Line[] = [record('A', 0), record('B', 0), gives(read('A', 0), read('B', 0))]

/** What the page says of alignment, with the 20 seconds of its example. */
const PAGES: readonly FlinkCase[] = [
  aligned(PAGE, 'a source that has come up to the drift goes on', MINUTES, [
    ...BEGIN,
    record('A', 20_000),
    gives(read('A', 20_000)),
    record('A', 20_000),
    LOOK,
    gives(read('A', 20_000)),
  ]),
  aligned(PAGE, 'a source that is too far into the future is paused', MINUTES, [
    ...BEGIN,
    record('A', 20_001),
    gives(read('A', 20_001)),
    record('A', 20_002),
    LOOK,
    nothing,
  ]),
  aligned(PAGE, 'others are read on, and unblock the faster one', MINUTES, [
    ...BEGIN,
    record('A', 20_001),
    gives(read('A', 20_001)),
    record('A', 20_002),
    LOOK,
    nothing,
    record('B', 1),
    LOOK,
    gives(read('B', 1), read('A', 20_002)),
  ]),
  aligned(PAGE, 'sources of other groups do not wait', { ...MINUTES, groups: { A: 'group1', B: 'group2' } }, [
    ...BEGIN,
    record('A', 20_001),
    gives(read('A', 20_001)),
    record('A', 50_000),
    LOOK,
    gives(read('A', 50_000)),
  ]),
]

export const ALIGNMENT_CASES: readonly FlinkCase[] = [...COORDINATORS, ...OPERATORS, ...PAGES]
