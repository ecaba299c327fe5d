import { availableParallelism, freemem } from 'node:os'
import type { LaunchSettings } from '../../src/index.ts'
import { COUNT_MAX } from '../workloads/span.ts'
import type { Curve, Series } from './curve.ts'
import type { PointMeasures, PointOrder } from './point-process.ts'

const SECONDS = 2
const SEED = 42

const nanoseconds = ({ cpuNsPerRecord }: PointMeasures): number => cpuNsPerRecord
const millions = ({ recordsPerSecond }: PointMeasures): number => recordsPerSecond / 1e6

function order(job: string, config: Record<string, unknown>, launch: LaunchSettings = {}, more: Partial<PointOrder> = {}): PointOrder {
  return { job, config: { count: COUNT_MAX, ...config }, launch: { workers: 2, ...launch }, warmSeconds: 1.5, seconds: SECONDS, ...more }
}

function workload(name: string): Series {
  return { name, y: millions, order: (workers) => order(name, { seed: SEED }, { workers }) }
}

/** Records that cross to another thread, and the same that do not. */
function bothWays(records: (x: number) => { readonly fields: number; readonly characters: number }): Series[] {
  const way = (name: string, launch: LaunchSettings): Series => ({
    name,
    y: nanoseconds,
    order: (x) => order('wide-records', records(x), launch),
  })
  return [way('through rings', { transport: 'ring' }), way('by reference, within a worker', { workers: 1 })]
}

const workers: Curve = {
  name: 'workers',
  title: 'Rate by workers',
  xName: 'workers',
  yName: 'million records a second',
  xs: [1, 2, 3, 4],
  logX: false,
  series: ['q0', 'q5', 'ks', 'ks-every', 'wc'].map(workload),
  note: 'Rates grow until every core has a worker; those beyond are oversubscribed and take turns, which costs a little. ks-every sends nothing anywhere with one worker, and half of all records in whole to the other one with two: that is where its bend comes from.',
}

const chain: Curve = {
  name: 'chain',
  title: 'Cost by length of a chain',
  xName: 'operators in the chain',
  yName: 'CPU ns per record',
  xs: [1, 2, 5, 10, 20, 35, 50],
  logX: false,
  series: [{ name: 'map', y: nanoseconds, order: (operators) => order('chain-of-maps', { operators }) }],
  note: 'The whole chain is one loop, in which V8 inlines the functions of operators and leaves out the objects between them. It inlines so much code into one function and no more: behind that bend, each further operator is a call and an object.',
}

const actors: Curve = {
  name: 'actors',
  title: 'Cost of a busy actor by number of idle ones',
  xName: 'idle actors',
  yName: 'CPU ns per record',
  xs: [10, 100, 1_000, 10_000],
  logX: true,
  series: [{ name: 'one source and its sink', y: nanoseconds, order: (idle) => order('busy-beside-idle', { idle }) }],
  note: 'Ready actors are found in a bitmap of two levels, so idle ones cost nothing but their barriers: every checkpoint passes through each of them, which shows from some thousand on.',
}

const KEYS_WARM_MAX = 20_000_000

const keys: Curve = {
  name: 'keys',
  title: 'Cost by number of keys',
  xName: 'keys',
  yName: 'CPU ns per record',
  xs: [100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000],
  logX: true,
  series: [
    keysSeries('sum, every step emitted', 'every'),
    keysSeries('keyed actor', 'actor'),
    { name: 'sum, as changes every 5 ms', y: nanoseconds, order: (count) => order('changed-sums', { keys: count }, {}, warmed(count)) },
  ],
  note: 'Keys are random. Costs are flat as long as the tables are in the caches of the processor, and rise with the misses when they are not: at some ten thousand keys for the second level, some hundred thousand for the last. From a million keys on, checkpoints every second write a part of the table that grows with it, and a combiner that meets a key only once sends it as it is.',
}

function keysSeries(name: string, kind: string): Series {
  return { name, y: nanoseconds, order: (count) => order('many-keys', { keys: count, kind }, {}, warmed(count)) }
}

/** Until most keys are there. */
function warmed(count: number): Partial<PointOrder> {
  return { warmRecords: Math.min(KEYS_WARM_MAX, 2 * count) }
}

const fields: Curve = {
  name: 'fields',
  title: 'Cost by number of fields',
  xName: 'fields of a record',
  yName: 'CPU ns per record',
  xs: [1, 2, 5, 10, 20, 50, 100],
  logX: false,
  series: bothWays((fields) => ({ fields, characters: 0 })),
  note: 'Each field is a column, so costs are proportional to fields; what a batch costs besides is divided among its records. Wide records reach the bytes of a batch before its records, so that batches are smaller from there on.',
}

const characters: Curve = {
  name: 'strings',
  title: 'Cost by length of a text',
  xName: 'characters of a text in each record, always another one',
  yName: 'CPU ns per record',
  xs: [1, 4, 16, 64, 256, 1024, 4096],
  logX: true,
  logY: true,
  series: bothWays((count) => ({ fields: 1, characters: count })),
  note: 'Short texts cost what a string costs; texts of a few characters repeat, and a dictionary sends them once. From some hundred characters on copying them counts, which is proportional to their length: on the way out into a frame, through the ring, and into strings again. A thousand characters are also where a batch is full by bytes after 64 records.',
}

const OPEN_KEYS = 1_000

const windows: Curve = {
  name: 'windows',
  title: 'Cost by open windows of each key',
  xName: 'windows that a record belongs to',
  yName: 'CPU ns per record',
  xs: [1, 2, 5, 10, 20, 50, 100],
  logX: false,
  series: [
    { name: 'counts', y: nanoseconds, order: (open) => order('open-windows', { keys: OPEN_KEYS, open, slideMs: 100, kind: 'panes' }) },
    {
      name: 'with lateness',
      y: nanoseconds,
      order: (open) => order('open-windows', { keys: OPEN_KEYS, open, slideMs: 100, kind: 'lists' }),
    },
  ],
  note: 'Sliding windows of 1,000 keys; a slide has 100,000 records. Accumulating windows share panes: a record is added to one of them, and only what fires adds up as many panes as a window has. With lateness each record goes to each of its windows, so costs are proportional to them.',
}

const STATE_CHARACTERS = 1_000
/** What a process needs beside state: a copy that is encoded, what the storage thread has not yet written, and room for collections. */
const MEMORY_PER_STATE = 4

const MEBIBYTE = 2 ** 20

function stateOrder(mebibytes: number): PointOrder | null {
  if (mebibytes * MEBIBYTE * MEMORY_PER_STATE > freemem()) return null
  const count = Math.round((mebibytes * MEBIBYTE) / STATE_CHARACTERS)
  const config = { keys: count, characters: STATE_CHARACTERS }
  return order('large-state', config, {}, { warmRecords: Math.round(1.1 * count), checkpoint: true })
}

const state: Curve = {
  name: 'state',
  title: 'Cost by size of state',
  xName: 'MiB of state',
  yName: 'CPU ns per record',
  xs: [1, 16, 128, 512, 1024, 2048],
  logX: true,
  series: [{ name: 'replace a text of 1,000 characters', y: nanoseconds, order: stateOrder }],
  note: 'A keyed actor with a text of 1,000 characters for each key, which every record replaces. What lives longer than a moment is moved by the collector of the young generation, and marked by that of the old one: its work grows with state, and in leaps where a collection of everything falls into the measured seconds. Sizes for which less than four times as much memory was free are left out.',
}

const checkpoint: Curve = {
  ...state,
  name: 'checkpoint',
  title: 'Time of a checkpoint of everything by size of state',
  yName: 'milliseconds',
  logY: true,
  series: [{ name: 'first checkpoint', y: ({ checkpointMs = NaN }) => checkpointMs, order: stateOrder }],
  note: 'The first checkpoint of the run before: encoded between batches while records flow, written and synced by the storage thread. Below some MiB it is what the barrier and the transaction cost; then proportional to what is written.',
}

export const CORES = availableParallelism()

export const CURVES: readonly Curve[] = [workers, chain, actors, keys, fields, characters, windows, state, checkpoint]
