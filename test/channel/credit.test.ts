import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CreditLedger, CreditTable } from '../../src/channel/credit.ts'

/** A sender per channel, a mailbox behind them: the model that the ledger is held to. */
class Model {
  readonly ledger: CreditLedger
  readonly sent: number[]
  readonly waiting: number[][]

  constructor(budgetBytes: number, channels: number) {
    this.ledger = new CreditLedger(budgetBytes, channels)
    this.sent = new Array<number>(channels).fill(0)
    this.waiting = Array.from({ length: channels }, () => [])
  }

  /** Sends a frame if credit allows it. */
  send(channel: number, bytes: number): boolean {
    if (this.sent[channel]! + bytes > this.ledger.limit(channel)) return false
    this.sent[channel]! += bytes
    this.waiting[channel]!.push(bytes)
    return true
  }

  consume(channel: number): void {
    const bytes = this.waiting[channel]!.shift()
    if (bytes !== undefined) this.ledger.consume(channel, bytes, this.waiting[channel]!.length > 0)
  }

  get mailboxBytes(): number {
    return this.waiting.flat().reduce((sum, bytes) => sum + bytes, 0)
  }
}

const stepParts = { send: fc.boolean(), channel: fc.nat(7), bytes: fc.integer({ min: 1, max: 600 }) }
const step = fc.record(stepParts)

describe('credit', () => {
  test('a mailbox never holds, and never promises, more than its budget', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 1024, max: 8192 }),
        fc.array(step, { maxLength: 300 }),
        (channels, budget, steps) => {
          const model = new Model(budget, channels)
          for (const { send, channel, bytes } of steps) {
            const limitBefore = model.ledger.limit(channel % channels)
            if (send) model.send(channel % channels, bytes)
            else model.consume(channel % channels)
            expect(model.mailboxBytes).toBeLessThanOrEqual(budget)
            expect(model.ledger.outstandingBytes).toBeLessThanOrEqual(budget)
            expect(model.ledger.limit(channel % channels)).toBeGreaterThanOrEqual(limitBefore)
          }
        },
      ),
    )
  })

  test('an empty channel can always send a frame of its exclusive allowance', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.array(step, { maxLength: 300 }), (channels, steps) => {
        const model = new Model(4096, channels)
        for (const { send, channel, bytes } of steps) {
          if (send) model.send(channel % channels, bytes)
          else model.consume(channel % channels)
        }
        for (let channel = 0; channel < channels; channel++) {
          while (model.waiting[channel]!.length > 0) model.consume(channel)
          expect(model.ledger.limit(channel) - model.sent[channel]!).toBeGreaterThanOrEqual(model.ledger.exclusiveBytes)
        }
      }),
    )
  })

  test('whatever becomes of its window, an empty channel can send a frame of half of it, and no limit or budget is broken', () => {
    const windowed = fc.record({ ...stepParts, window: fc.option(fc.integer({ min: 16, max: 4096 }), { freq: 4 }) })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.array(windowed, { maxLength: 300 }), (channels, steps) => {
        const model = new Model(4096, channels)
        const { ledger } = model
        for (const { send, channel, bytes, window } of steps) {
          if (window !== null) {
            ledger.windowBytes = window
            for (let each = 0; each < channels; each++) expect(ledger.widen(each)).toBe(ledger.limit(each))
          }
          if (send) model.send(channel % channels, bytes)
          else model.consume(channel % channels)
          expect(ledger.outstandingBytes).toBeLessThanOrEqual(4096)
          for (let each = 0; each < channels; each++) {
            if (model.waiting[each]!.length > 0) continue
            expect(ledger.limit(each) - model.sent[each]!).toBeGreaterThanOrEqual(Math.min(ledger.windowBytes, ledger.exclusiveBytes))
          }
        }
        // With all consumed, nobody has more ahead than the window, and once that is wide again as much as ever.
        for (let channel = 0; channel < channels; channel++) while (model.waiting[channel]!.length > 0) model.consume(channel)
        ledger.windowBytes = Infinity
        for (let channel = 0; channel < channels; channel++)
          expect(ledger.widen(channel) - model.sent[channel]!).toBeGreaterThanOrEqual(ledger.exclusiveBytes)
      }),
    )
  })

  test('a channel with a backlog borrows what idle channels do not need', () => {
    const model = new Model(4096, 4)
    while (model.send(0, 128));
    const alone = model.sent[0]!
    for (let i = 0; i < 100; i++) {
      model.consume(0)
      while (model.send(0, 128));
    }
    expect(model.mailboxBytes).toBeGreaterThan(alone)
  })

  test('limits in shared memory wrap around with the positions of senders', () => {
    const table = new CreditTable(CreditTable.create(1))
    for (const limit of [0, 1000, 2 ** 31 - 10, 2 ** 31 + 90, 2 ** 32 + 50, 2 ** 33 + 7]) {
      table.publish(0, limit)
      expect(table.available(0, (limit - 70) | 0)).toBe(70)
    }
  })
})
