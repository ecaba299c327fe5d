import { isEventTime, refuseEventTime } from '../core/event-time.ts'
import type { Emit } from '../actor/contract.ts'
import type { ChainCodeOptions, ChainHead, ChainRun, ChainStep, StepGuard } from './chain-code.ts'

/** The interpreted twin of chain-code.ts, for processes that forbid code generation: the same behaviour from closures. */
export function linkEmit(steps: readonly ChainStep[], options: ChainCodeOptions): Emit {
  const targets = steps.map((step) => linkStep(step, options))
  const { freeze } = options
  const all: Emit = targets.length === 1 ? targets[0]! : (record, timestamp) => targets.forEach((target) => target(record, timestamp))
  if (freeze === null) return all
  return (record, timestamp) => {
    freeze(record)
    all(record, timestamp)
  }
}

export function linkRun(head: ChainHead, steps: readonly ChainStep[], options: ChainCodeOptions): ChainRun {
  const emit = linkEmit(steps, options)
  const make = head.definition.makeRow?.(head.spec)
  const eventTime = head.spec['eventTime'] as ((record: unknown) => number) | undefined
  const read = (records: unknown, row: number): unknown => {
    try {
      return make === undefined ? (records as unknown[])[row] : make(row)
    } catch (error) {
      throw options.fail(error, head.id)
    }
  }
  const { place = null } = options
  const { observe } = head
  const time = timer(head, eventTime, options)
  return (records, from, to, timestamps) => {
    let largest = -Infinity
    for (let i = from; i < to; i++) {
      if (place !== null) place.row = i
      const record = read(records, i)
      const timestamp = time(record, i, timestamps)
      if (timestamp === null) continue
      if (eventTime !== undefined && timestamp > largest) largest = timestamp
      if (observe !== undefined) observing(observe, record, timestamp, head.id, options)
      emit(record, timestamp)
    }
    return largest
  }
}

function observing(observe: Emit, record: unknown, timestamp: number, step: number, options: ChainCodeOptions): void {
  try {
    observe(record, timestamp)
  } catch (error) {
    throw options.fail(error, step)
  }
}

/** The event time of a record; null when it has none and its policy leaves it out. */
function timer(
  { id, guard }: ChainHead,
  eventTime: ((record: unknown) => number) | undefined,
  options: ChainCodeOptions,
): (record: unknown, row: number, timestamps: Float64Array | null) => number | null {
  if (eventTime === undefined) return (_, row, timestamps) => (timestamps === null ? NaN : timestamps[row]!)
  return (record) => {
    guard?.begin()
    try {
      const given = eventTime(record)
      return isEventTime(given) ? given : refuseEventTime(given)
    } catch (error) {
      if (guard === undefined) throw options.fail(error, id)
      failedHead(guard, error, record, id, options)
      return null
    }
  }
}

function failedHead(guard: StepGuard, error: unknown, record: unknown, id: number, options: ChainCodeOptions): void {
  try {
    guard.failed(error, record, NaN)
  } catch (fatal) {
    throw options.fail(fatal, id)
  }
  guard.end()
}

function linkStep(step: ChainStep, options: ChainCodeOptions): Emit {
  if (step.guard !== undefined) return linkGuarded(step, step.guard, options)
  const { actor } = step
  const target: Emit = actor === null ? linkWoven(step, options) : (record, timestamp) => actor.process!(record, timestamp)
  return (record, timestamp) => {
    try {
      target(record, timestamp)
    } catch (error) {
      throw options.fail(error, step.id)
    }
  }
}

function linkWoven(step: ChainStep, options: ChainCodeOptions): Emit {
  const outputs = new Map([...(step.outputs ?? [])].map(([name, steps]) => [name, linkEmit(steps, options)]))
  return step.definition.link!(step.spec, linkEmit(step.next, options), outputs)
}

function linkGuarded(step: ChainStep, guard: StepGuard, options: ChainCodeOptions): Emit {
  const hold =
    (output: number): Emit =>
    (record, timestamp) =>
      guard.push(record, timestamp, output)
  const outputs = new Map([...(step.outputs ?? new Map<string, never>()).keys()].map((name, i) => [name, hold(i + 1)]))
  const { actor } = step
  const operator: Emit =
    actor === null ? step.definition.link!(step.spec, hold(0), outputs) : (record, timestamp) => actor.process!(record, timestamp)
  return (record, timestamp) => {
    guard.begin()
    try {
      operator(record, timestamp)
    } catch (error) {
      try {
        guard.failed(error, record, timestamp)
      } catch (fatal) {
        throw options.fail(fatal, step.id)
      }
    }
    guard.end()
  }
}
