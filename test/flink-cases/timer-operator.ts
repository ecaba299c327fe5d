import { recordsOf, value, list } from '../../src/index.ts'
import type { KitBuilt, KitContext } from '../../src/testing/index.ts'

type Domain = 'event' | 'processing'

/** What a record has done for its key. */
export type TimerCommand =
  | readonly ['set' | 'delete', Domain, number]
  /** Sets the first of these times; each timer sets the next. */
  | readonly ['chain', Domain, readonly number[]]
  /** Puts out the time of a domain as it is known. */
  | readonly ['ask', Domain]

/** A keyed actor: one that does what its records say, or one of those that KeyedProcessOperatorTest defines. */
export interface TimersSpec {
  readonly type: 'timers'
  readonly does: 'what records say' | 'keyQuerying' | 'querying' | 'triggering' | 'triggeringStateful' | 'bothTriggering'
  readonly domain: Domain
}

export interface TimerRecord {
  readonly key: string | number
  readonly commands: readonly TimerCommand[]
}

export function timersPiece(spec: TimersSpec): (context: KitContext) => KitBuilt {
  return (context) => (spec.does === 'what records say' ? scripted(context) : defined(context, spec))
}

function scripted({ input }: KitContext): KitBuilt {
  return input<TimerRecord>()
    .keyBy('key')
    .process({
      emits: recordsOf<unknown>(),
      state: { chain: list<number>() },
      onRecord({ commands }, ctx) {
        for (const command of commands) {
          const [what, domain] = command
          if (what === 'ask') ctx.emit({ key: ctx.key, domain, now: domain === 'event' ? ctx.watermark : ctx.nowMs })
          else if (what !== 'chain') ctx.timers[domain][what](command[2])
          else {
            const [first, ...rest] = command[2]
            ctx.state.chain.set(rest)
            ctx.timers[domain].set(first!)
          }
        }
      },
      onTimer(time, ctx, domain) {
        ctx.emit({ key: ctx.key, domain, time })
        const [next, ...rest] = ctx.state.chain
        ctx.state.chain.set(rest)
        if (next !== undefined) ctx.timers[domain].set(next)
      },
    })
}

/** The functions of KeyedProcessOperatorTest; records are their keys. */
function defined({ input }: KitContext, { does, domain }: TimersSpec): KitBuilt {
  return input<number>()
    .keyBy((n) => n)
    .process({
      emits: recordsOf<unknown>(),
      state: { seen: value<number>() },
      onRecord(n, ctx) {
        const now = domain === 'event' ? ctx.watermark : ctx.nowMs
        const timers = ctx.timers[domain]
        if (does === 'keyQuerying') ctx.emit(`${ctx.key}`)
        if (does === 'querying') ctx.emit(`${n}TIME:${now} TS:${Number.isNaN(ctx.timestamp) ? 'null' : ctx.timestamp}`)
        if (does === 'triggering') {
          ctx.emit(n)
          timers.set(now + 5)
        }
        if (does === 'triggeringStateful' && ctx.state.seen.has()) {
          ctx.state.seen.clear()
          timers.delete(now + 4)
        } else if (does === 'triggeringStateful') {
          ctx.emit(`INPUT:${n}`)
          ctx.state.seen.set(n)
          timers.set(now + 5)
        }
        if (does !== 'bothTriggering') return
        ctx.timers.processing.set(3)
        ctx.timers.event.set(4)
        ctx.timers.processing.set(5)
        ctx.timers.event.set(6)
        ctx.timers.processing.delete(3)
        ctx.timers.event.delete(4)
      },
      onTimer(_time, ctx, of) {
        if (does === 'triggeringStateful') ctx.emit(`STATE:${ctx.state.seen.get()}`)
        else if (does === 'bothTriggering') ctx.emit(of === 'event' ? 'EVENT:1777' : 'PROC:1777')
        else ctx.emit(1777)
      },
    })
}
