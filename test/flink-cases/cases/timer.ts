/** Timers of keys, in event time and in processing time. */
import type { FlinkCase, Given, Line } from '../case.ts'
import { clock, gives, nothing, watermark } from '../notation.ts'
import type { TimerCommand, TimersSpec } from '../timer-operator.ts'

const SERVICE = 'flink-streaming-java/src/test/java/org/apache/flink/streaming/api/operators/InternalTimerServiceImplTest.java'
const PROCESS = 'flink-streaming-java/src/test/java/org/apache/flink/streaming/api/operators/KeyedProcessOperatorTest.java'

type Domain = 'event' | 'processing'

const does = (key: string, ...commands: readonly TimerCommand[]): Line => ({ record: { key, commands } })
/** A timer that fired. Those in event time give their time to what they put out. */
function fired(key: string, domain: Domain, time: number): Given {
  return { record: { key, domain, time }, ...(domain === 'event' && { timestamp: time }) }
}

const asked = (key: string, domain: Domain, now: number): Given => ({ record: { key, domain, now } })
const advance = (domain: Domain, time: number): Line => (domain === 'event' ? watermark(time) : clock(time))

/**
 * Tests of the timer service. Its timers have a key and a namespace; ours have a key, so that both together are the key here. Flink runs each test with these numbers of
 * key groups.
 */
const KEY_GROUPS = [32_767, 10, 100, 6] as const
const KEYS = ['key1 ciao', 'key1 hello', 'key2 ciao', 'key2 hello'] as const
const at10 = (domain: Domain): TimerCommand => ['set', domain, 10]

const fires = (domain: Domain): readonly Line[] => [
  ...KEYS.map((key) => does(key, at10(domain))),
  nothing,
  advance(domain, 10),
  gives(...KEYS.map((key) => fired(key, domain, 10))),
  advance(domain, 20),
  nothing,
]

const deletes = (domain: Domain): readonly Line[] => [
  ...KEYS.map((key) => does(key, at10(domain))),
  does('key1 hello', ['delete', domain, 10]),
  does('key2 ciao', ['delete', domain, 10]),
  advance(domain, 10),
  gives(fired('key1 ciao', domain, 10), fired('key2 hello', domain, 10)),
]

const RESTORED: readonly Line[] = [
  does('key1 ciao', at10('processing')),
  does('key1 hello', at10('event')),
  does('key2 ciao', at10('event')),
  does('key2 hello', at10('processing')),
  nothing,
  clock(10),
  gives(fired('key1 ciao', 'processing', 10), fired('key2 hello', 'processing', 10)),
  watermark(10),
  gives(fired('key1 hello', 'event', 10), fired('key2 ciao', 'event', 10)),
]

const SERVICES: Readonly<Record<string, readonly Line[]>> = {
  testOnlySetsOnePhysicalProcessingTimeTimer: [
    does('ciao', ['set', 'processing', 10], ['set', 'processing', 20], ['set', 'processing', 30]),
    does('hello', ['set', 'processing', 10], ['set', 'processing', 20]),
    clock(10),
    gives(fired('ciao', 'processing', 10), fired('hello', 'processing', 10)),
    clock(20),
    gives(fired('ciao', 'processing', 20), fired('hello', 'processing', 20)),
    clock(30),
    gives(fired('ciao', 'processing', 30)),
    does('ciao', ['set', 'processing', 40]),
    nothing,
  ],
  testRegisterEarlierProcessingTimerMovesPhysicalProcessingTimer: [
    does('ciao', ['set', 'processing', 20]),
    does('ciao', ['set', 'processing', 10]),
    clock(10),
    gives(fired('ciao', 'processing', 10)),
    clock(20),
    gives(fired('ciao', 'processing', 20)),
  ],
  testRegisteringProcessingTimeTimerInOnProcessingTimeDoesNotLeakPhysicalTimers: [
    does('ciao', ['chain', 'processing', [10, 20, 30]]),
    clock(10),
    gives(fired('ciao', 'processing', 10)),
    clock(20),
    gives(fired('ciao', 'processing', 20)),
    clock(30),
    gives(fired('ciao', 'processing', 30)),
    clock(100),
    nothing,
  ],
  testCurrentProcessingTime: [
    clock(17),
    does('k', ['ask', 'processing']),
    gives(asked('k', 'processing', 17)),
    clock(42),
    does('k', ['ask', 'processing']),
    gives(asked('k', 'processing', 42)),
  ],
  testCurrentEventTime: [
    watermark(17),
    does('k', ['ask', 'event']),
    gives(asked('k', 'event', 17)),
    watermark(42),
    does('k', ['ask', 'event']),
    gives(asked('k', 'event', 42)),
  ],
  testSetAndFireEventTimeTimers: fires('event'),
  testSetAndFireProcessingTimeTimers: fires('processing'),
  testDeleteEventTimeTimers: deletes('event'),
  testDeleteProcessingTimeTimers: deletes('processing'),
  testSnapshotAndRestore: RESTORED,
  testSnapshotAndRebalancingRestore: RESTORED,
}

const operator: TimersSpec = { type: 'timers', does: 'what records say', domain: 'event' }

function process(name: string, what: TimersSpec['does'], domain: Domain, script: readonly Line[]): FlinkCase {
  return { name: `KeyedProcessOperatorTest.${name}`, source: PROCESS, operator: { type: 'timers', does: what, domain }, script }
}

const input = (key: number, timestamp?: number): Line => (timestamp === undefined ? { record: key } : { record: key, timestamp })
const out = (record: unknown, timestamp?: number): Given => (timestamp === undefined ? { record } : { record, timestamp })

const PROCESSES: readonly FlinkCase[] = [
  process('testKeyQuerying', 'keyQuerying', 'event', [input(5, 12), input(42, 13), gives(out('5', 12), out('42', 13))]),
  process('testTimestampAndWatermarkQuerying', 'querying', 'event', [
    watermark(17),
    input(5, 12),
    gives(out('5TIME:17 TS:12', 12)),
    watermark(42),
    input(6, 13),
    gives(out('6TIME:42 TS:13', 13)),
  ]),
  process('testTimestampAndProcessingTimeQuerying', 'querying', 'processing', [
    clock(17),
    input(5),
    gives(out('5TIME:17 TS:null')),
    clock(42),
    input(6),
    gives(out('6TIME:42 TS:null')),
  ]),
  process('testEventTimeTimers', 'triggering', 'event', [
    watermark(0),
    input(17, 42),
    gives(out(17, 42)),
    watermark(5),
    gives(out(1777, 5)),
  ]),
  process('testProcessingTimeTimers', 'triggering', 'processing', [input(17), gives(out(17)), clock(5), gives(out(1777))]),
  process('testEventTimeTimerWithState', 'triggeringStateful', 'event', [
    watermark(1),
    input(17, 0),
    input(13, 0),
    gives(out('INPUT:17', 0), out('INPUT:13', 0)),
    watermark(2),
    input(42, 1),
    input(13, 1),
    gives(out('INPUT:42', 1)),
    watermark(6),
    gives(out('STATE:17', 6)),
    watermark(7),
    gives(out('STATE:42', 7)),
  ]),
  process('testProcessingTimeTimerWithState', 'triggeringStateful', 'processing', [
    clock(1),
    input(17),
    input(13),
    gives(out('INPUT:17'), out('INPUT:13')),
    clock(2),
    input(13),
    input(42),
    gives(out('INPUT:42')),
    clock(6),
    gives(out('STATE:17')),
    clock(7),
    gives(out('STATE:42')),
  ]),
  process('testSnapshotAndRestore', 'bothTriggering', 'event', [
    input(5, 12),
    nothing,
    clock(5),
    gives(out('PROC:1777')),
    watermark(6),
    gives(out('EVENT:1777', 6)),
  ]),
]

export const TIMER_CASES: readonly FlinkCase[] = [
  ...KEY_GROUPS.flatMap((keyGroups) =>
    Object.entries(SERVICES).map(([name, script]) => ({
      name: `${name}, ${keyGroups} key groups`,
      source: SERVICE,
      operator,
      script,
      keyGroups,
    })),
  ),
  ...PROCESSES,
]
