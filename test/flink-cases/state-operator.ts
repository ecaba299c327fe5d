import {
  type AggregatingState,
  type ListState,
  type MapState,
  type ReducingState,
  type StateSpec,
  type TimeToLive,
  type ValueState,
  aggregating,
  list,
  map,
  recordsOf,
  reducing,
  value,
} from '../../src/index.ts'
import type { KitBuilt, KitContext } from '../../src/testing/index.ts'

/** The contexts that Flink's TtlStateTestBase runs its tests in. */
export const STATES = [
  'TtlValueState',
  'TtlFixedLenElemListState',
  'TtlNonFixedLenElemListState',
  'TtlMapStateAllEntries',
  'TtlMapStatePerElement',
  'TtlAggregatingState',
  'TtlReducingState',
] as const

/** A keyed actor with one state, which a record updates, or asks for its contents. */
export interface StateSpecOf {
  readonly type: 'state'
  readonly state: (typeof STATES)[number]
  readonly ttl: TimeToLive
}

/** What a record of such a case is. */
export interface StateCommand {
  readonly key: string
  /** Absent: the contents are asked for. */
  readonly update?: unknown
}

/** How a state is updated and read in Flink's test of it. */
interface Access {
  readonly spec: (ttl: TimeToLive) => StateSpec<unknown>
  readonly update: (state: never, update: never) => void
  readonly get: (state: never) => unknown
}

const ELEMENT = 1
const listAccess: Access = {
  spec: (ttl) => list({ ttl }),
  update: (state: ListState<unknown>, elements: readonly unknown[]) => state.set(elements),
  get: (state: ListState<unknown>) => state.get(),
}

const ACCESS: Readonly<Record<StateSpecOf['state'], Access>> = {
  TtlValueState: {
    spec: (ttl) => value<string>({ ttl }),
    update: (state: ValueState<string>, text: string) => state.set(text),
    get: (state: ValueState<string>) => state.get() ?? null,
  },
  TtlFixedLenElemListState: listAccess,
  TtlNonFixedLenElemListState: listAccess,
  TtlMapStateAllEntries: {
    spec: (ttl) => map<number, string | null>({ ttl }),
    update: (state: MapState<number, string | null>, entries: readonly (readonly [number, string | null])[]) => {
      for (const [key, text] of entries) state.set(key, text)
    },
    get: (state: MapState<number, string | null>) => [...state.entries()].sort(([a], [b]) => a - b),
  },
  TtlMapStatePerElement: {
    spec: (ttl) => map<number, string>({ ttl }),
    update: (state: MapState<number, string>, text: string) => state.set(ELEMENT, text),
    get: (state: MapState<number, string>) => state.get(ELEMENT) ?? null,
  },
  TtlAggregatingState: {
    spec: (ttl) => aggregating({ create: () => 3, add: (acc: number, n: number) => acc + n, result: (acc) => String(acc) }, { ttl }),
    update: (state: AggregatingState<number, string>, n: number) => state.add(n),
    get: (state: AggregatingState<number, string>) => state.get() ?? null,
  },
  TtlReducingState: {
    spec: (ttl) => reducing<number>((a, b) => a + b, { ttl }),
    update: (state: ReducingState<number>, n: number) => state.add(n),
    get: (state: ReducingState<number>) => state.get() ?? null,
  },
}

export function statePiece({ state, ttl }: StateSpecOf): (context: KitContext) => KitBuilt {
  const { spec, update, get } = ACCESS[state]
  return ({ input }) =>
    input<StateCommand>()
      .keyBy('key')
      .process({
        emits: recordsOf<unknown>(),
        state: { tested: spec(ttl) },
        onRecord(command, ctx) {
          if (command.update === undefined) ctx.emit({ key: ctx.key, contents: get(ctx.state.tested as never) })
          else update(ctx.state.tested as never, command.update as never)
        },
      })
}
