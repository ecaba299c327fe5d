import { describe, expect, test } from 'vitest'
import { ActorLog } from '../../../src/actor/actor-log.ts'
import { Outbox } from '../../../src/channel/outbox.ts'
import { runAloneSeeds } from '../../simulation/random/alone-seeds.ts'

test('random jobs whose operators throw, between and within calls, over 400 seeds: 0 lost, 0 repeated', async () => {
  const { failures, ...report } = await runAloneSeeds(1, 400)
  console.log(JSON.stringify(report))
  expect(failures).toEqual([])
  // Seeds are fixed.
  expect(report.actorRestarts).toBeGreaterThan(400)
}, 600_000)

describe('bugs that are planted are found', () => {
  /** Replaces a method while seeds run, until one fails. */
  async function found(prototype: object, name: string, bug: (method: (...args: never[]) => unknown) => unknown): Promise<boolean> {
    const methods = prototype as Record<string, (...args: never[]) => unknown>
    const method = methods[name]!
    methods[name] = bug(method) as typeof method
    try {
      const { failures } = await runAloneSeeds(1, 100, 1)
      return failures.length > 0
    } finally {
      methods[name] = method
    }
  }

  test('a replay drops one record too many', async () => {
    const oneMore = (begin: (...args: never[]) => unknown) =>
      function (this: Outbox, from: Float64Array, made: number) {
        return begin.call(this, ...([from.map((sent, at) => (this.sent[at]! > sent ? sent - 1 : sent)), made] as never[]))
      }
    expect(await found(Outbox.prototype, 'beginReplay', oneMore)).toBe(true)
  }, 600_000)

  test('a replay drops nothing', async () => {
    const nothing = (begin: (...args: never[]) => unknown) =>
      function (this: Outbox, _from: Float64Array, made: number) {
        return begin.call(this, ...([this.sent.slice(), made] as never[]))
      }
    expect(await found(Outbox.prototype, 'beginReplay', nothing)).toBe(true)
  }, 600_000)

  test('a call is not logged', async () => {
    let calls = 0
    const forgets = (done: (...args: never[]) => unknown) =>
      function (this: ActorLog, ...args: unknown[]) {
        const forgotten = args[0] === 'batch' && ++calls % 3 === 0
        return done.call(this, ...((forgotten ? ['after-batch'] : args) as never[]))
      }
    expect(await found(ActorLog.prototype, 'done', forgets)).toBe(true)
  }, 600_000)
})
