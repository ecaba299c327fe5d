import type { Emit, OperatorDefinition, Output, Weaver } from '../src/actor/contract.ts'
import { type Clock, hashKey } from '../src/actor/operator-kit.ts'
import type { ChooseChannel, Partitioning } from '../src/actor/partitioning.ts'
import { MillraceError } from '../src/errors.ts'
import { keyReader } from './record-key.ts'
import { TimeBuckets } from './time-buckets.ts'

/** The last step of a chain that leads to other actors: chooses the channel of each record. Its spec is made by the runtime. */
interface PartitionSpec {
  readonly output: Output
  readonly partitioning: Partitioning
  readonly clock: Clock
}

export const partition: OperatorDefinition = {
  kind: 'partition',
  repeats: 'inOrder',
  weave: (w, value, spec) => weavePartition(w, value, spec as unknown as PartitionSpec),
  link: (spec) => linkPartition(spec as unknown as PartitionSpec),
}

function weavePartition(w: Weaver, value: string, { output, partitioning, clock }: PartitionSpec): string {
  const out = w.constant(output)
  const channels = output.channelCount
  const push = (channel: string): string => `${out}.push(${channel}, ${value}, ts)`
  switch (partitioning.type) {
    case 'hash': {
      const key =
        typeof partitioning.key === 'string' ? `${value}[${JSON.stringify(partitioning.key)}]` : `${w.constant(partitioning.key)}(${value})`
      return push(`${w.constant(output.route)}[${w.constant(hashKey)}(${key}) % ${output.route.length}]`)
    }
    case 'rebalance': {
      const turn = w.constant({ channel: 0 })
      return `if (${out}.pending(${turn}.channel) === 0) ${turn}.channel = ${out}.widest()\n${push(`${turn}.channel`)}`
    }
    case 'roundRobin': {
      const [turn, channel] = [w.constant({ channel: 0 }), w.fresh('p')]
      return `const ${channel} = ${turn}.channel\n${turn}.channel = ${channel} === ${channels - 1} ? 0 : ${channel} + 1\n${push(channel)}`
    }
    case 'broadcast': {
      const channel = w.fresh('p')
      return `for (let ${channel} = 0; ${channel} < ${channels}; ${channel}++) ${push(channel)}`
    }
    case 'custom': {
      const channel = w.fresh('p')
      const choice = `const ${channel} = ${w.constant(partitioning.choose)}(${value}, ${channels})`
      return `${choice}\nif (!(${channel} >= 0 && ${channel} < ${channels} && (${channel} | 0) === ${channel})) ${w.constant(refuseChannel)}(${channel}, ${channels})\n${push(channel)}`
    }
    case 'time': {
      const buckets = w.constant(new TimeBuckets(partitioning.bucketMs, channels))
      return push(`${buckets}.channelOf(${partitioning.by === 'event' ? 'ts' : `${w.constant(clock)}.nowMs()`})`)
    }
    default:
      return push('0')
  }
}

/** The same from closures. */
function linkPartition({ output, partitioning, clock }: PartitionSpec): Emit {
  const { channelCount, route } = output
  switch (partitioning.type) {
    case 'hash': {
      const keyOf = keyReader(partitioning.key as string)
      return (record, timestamp) => output.push(route[hashKey(keyOf(record)) % route.length]!, record, timestamp)
    }
    case 'rebalance': {
      let channel = 0
      return (record, timestamp) => {
        if (output.pending(channel) === 0) channel = output.widest()
        output.push(channel, record, timestamp)
      }
    }
    case 'roundRobin': {
      let next = 0
      return (record, timestamp) => {
        const channel = next
        next = (next + 1) % channelCount
        output.push(channel, record, timestamp)
      }
    }
    case 'broadcast':
      return (record, timestamp) => {
        for (let channel = 0; channel < channelCount; channel++) output.push(channel, record, timestamp)
      }
    case 'custom': {
      const choose = partitioning.choose as ChooseChannel<unknown>
      return (record, timestamp) => {
        const channel = choose(record, channelCount)
        if (!(channel >= 0 && channel < channelCount && Number.isInteger(channel))) refuseChannel(channel, channelCount)
        output.push(channel, record, timestamp)
      }
    }
    case 'time': {
      const buckets = new TimeBuckets(partitioning.bucketMs, channelCount)
      return partitioning.by === 'event'
        ? (record, timestamp) => output.push(buckets.channelOf(timestamp), record, timestamp)
        : (record, timestamp) => output.push(buckets.channelOf(clock.nowMs()), record, timestamp)
    }
    default:
      return (record, timestamp) => output.push(0, record, timestamp)
  }
}

function refuseChannel(given: unknown, channels: number): never {
  const what = typeof given === 'number' ? String(given) : typeof given
  throw new MillraceError('MR_PARTITION_INVALID', `partitionBy returned ${what}, which is not an integer of 0 to ${channels - 1}`)
}
