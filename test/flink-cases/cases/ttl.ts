/** State that expires: when it does, what begins its time anew. Each test runs in every context that Flink runs it in. */
import type { FlinkCase, Given, Line } from '../case.ts'
import { clock, gives } from '../notation.ts'
import { STATES, type StateCommand, type StateSpecOf } from '../state-operator.ts'

const SOURCE = 'flink-runtime/src/test/java/org/apache/flink/runtime/state/ttl/TtlStateTestBase.java'
const TTL_MS = 100

/** What a context's test updates its state with, and gets from it. */
interface Values {
  readonly empty: unknown
  readonly updateEmpty: unknown
  readonly updateUnexpired: unknown
  readonly updateExpired: unknown
  readonly getUpdateEmpty: unknown
  readonly getUnexpired: unknown
  readonly getUpdateExpired: unknown
}

/** Where what is got is what was set. */
function same(empty: unknown, first: unknown, second: unknown, third: unknown): Values {
  return {
    empty,
    updateEmpty: first,
    updateUnexpired: second,
    updateExpired: third,
    getUpdateEmpty: first,
    getUnexpired: second,
    getUpdateExpired: third,
  }
}

const texts = same(null, 'test value1', 'test value2', 'test value3')

const VALUES: Readonly<Record<StateSpecOf['state'], Values>> = {
  TtlValueState: texts,
  TtlFixedLenElemListState: same([], [5, 7, 10], [8, 9, 11], [1, 4]),
  TtlNonFixedLenElemListState: same([], ['5', '7', '10'], ['8', '9', '11'], ['1', '4']),
  TtlMapStateAllEntries: same(
    [],
    [
      [3, '3'],
      [5, '5'],
      [10, '10'],
      [23, null],
    ],
    [
      [7, '7'],
      [12, '12'],
      [24, null],
    ],
    [
      [4, '4'],
      [15, '15'],
      [25, null],
    ],
  ),
  TtlMapStatePerElement: texts,
  TtlAggregatingState: {
    empty: null,
    updateEmpty: 5,
    updateUnexpired: 7,
    updateExpired: 6,
    getUpdateEmpty: '8',
    getUnexpired: '15',
    getUpdateExpired: '9',
  },
  TtlReducingState: {
    empty: null,
    updateEmpty: 5,
    updateUnexpired: 7,
    updateExpired: 6,
    getUpdateEmpty: 5,
    getUnexpired: 12,
    getUpdateExpired: 6,
  },
}

const update = (key: string, value: unknown): Line => ({ record: { key, update: value } satisfies StateCommand })
const get = (key: string): Line => ({ record: { key } satisfies StateCommand })
const has = (key: string, contents: unknown): Given => ({ record: { key, contents } })
const KEY = 'defaultKey'

type Script = (values: Values) => readonly Line[]

const nonExistent: Script = ({ empty }) => [get(KEY), gives(has(KEY, empty))]

const exactExpirationOnWrite: Script = (values) => [
  update(KEY, values.updateEmpty),
  clock(20),
  get(KEY),
  gives(has(KEY, values.getUpdateEmpty)),
  clock(50),
  update(KEY, values.updateUnexpired),
  clock(120),
  get(KEY),
  gives(has(KEY, values.getUnexpired)),
  clock(170),
  update(KEY, values.updateExpired),
  clock(220),
  get(KEY),
  gives(has(KEY, values.getUpdateExpired)),
  clock(300),
  get(KEY),
  gives(has(KEY, values.empty)),
]

const exactExpirationOnRead: Script = (values) => [
  update(KEY, values.updateEmpty),
  clock(50),
  get(KEY),
  gives(has(KEY, values.getUpdateEmpty)),
  clock(120),
  get(KEY),
  gives(has(KEY, values.getUpdateEmpty)),
  clock(250),
  get(KEY),
  gives(has(KEY, values.empty)),
]

const expirationTimestampOverflow: Script = (values) => [
  clock(10),
  update(KEY, values.updateEmpty),
  clock(50),
  get(KEY),
  gives(has(KEY, values.getUpdateEmpty)),
]

const multipleKeys: Script = (values) => [
  update('id2', values.updateEmpty),
  clock(50),
  update('id1', values.updateEmpty),
  update('id2', values.updateUnexpired),
  clock(120),
  get('id1'),
  get('id2'),
  gives(has('id1', values.getUpdateEmpty), has('id2', values.getUnexpired)),
  clock(170),
  update('id2', values.updateExpired),
  clock(230),
  get('id1'),
  get('id2'),
  gives(has('id1', values.empty), has('id2', values.getUpdateExpired)),
  clock(300),
  get('id1'),
  get('id2'),
  gives(has('id1', values.empty), has('id2', values.empty)),
]

/** What Flink changes between its snapshot and the restore is lost by it: so it is left out. */
const snapshotChangeRestore: Script = (values) => [
  update('k1', values.updateEmpty),
  clock(50),
  update('k1', values.updateUnexpired),
  clock(100),
  update('k2', values.updateEmpty),
  clock(180),
  get('k1'),
  get('k2'),
  gives(has('k1', values.empty), has('k2', values.getUpdateEmpty)),
]

const onWrite = { ms: TTL_MS } as const

export const TTL_CASES: readonly FlinkCase[] = STATES.flatMap((state) => {
  const test = (name: string, ttl: StateSpecOf['ttl'], script: Script): FlinkCase => ({
    name: `${state}: ${name}`,
    source: SOURCE,
    operator: { type: 'state', state, ttl },
    script: script(VALUES[state]),
  })
  return [
    test('testNonExistentValue', onWrite, nonExistent),
    test('testExactExpirationOnWrite', onWrite, exactExpirationOnWrite),
    test('testExactExpirationOnRead', { ms: TTL_MS, refresh: 'onReadAndWrite' }, exactExpirationOnRead),
    test('testExpirationTimestampOverflow', { ms: Number.MAX_SAFE_INTEGER }, expirationTimestampOverflow),
    test('testMultipleKeys', onWrite, multipleKeys),
    test('testSnapshotChangeRestore', onWrite, snapshotChangeRestore),
  ]
})
