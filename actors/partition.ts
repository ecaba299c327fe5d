import type { Emit, OperatorDefinition, Output } from '../src/actor/contract.ts'
import { type Key, hashKey } from '../src/actor/operator-kit.ts'
import type { Partitioning } from '../src/actor/partitioning.ts'

/** The last step of a chain that leads to other actors: chooses the channel of each record. Its spec is made by the runtime. */
interface PartitionSpec {
  readonly output: Output
  readonly partitioning: Partitioning
}

export const partition: OperatorDefinition = {
  kind: 'partition',
  weave: (w, value, spec) => {
    const { output, partitioning } = spec as unknown as PartitionSpec
    const out = w.constant(output)
    if (partitioning.type !== 'hash') return `${w.constant(unkeyed(output, partitioning))}(${value}, ts)`
    const key = typeof partitioning.key === 'string' ? `${value}[${JSON.stringify(partitioning.key)}]` : `${w.constant(partitioning.key)}(${value})`
    return `${out}.push(${w.constant(output.route)}[${w.constant(hashKey)}(${key}) % ${output.route.length}], ${value}, ts)`
  },
  link: spec => {
    const { output, partitioning } = spec as unknown as PartitionSpec
    return partitioning.type === 'hash' ? hashed(output, partitioning.key) : unkeyed(output, partitioning)
  },
}

function hashed(output: Output, key: string | ((record: never) => Key)): Emit {
  const keyOf = typeof key === 'string' ? (record: unknown) => (record as Record<string, Key>)[key]! : (key as (record: unknown) => Key)
  const { route } = output
  return (record, timestamp) => output.push(route[hashKey(keyOf(record)) % route.length]!, record, timestamp)
}

function unkeyed(output: Output, partitioning: Partitioning): Emit {
  // Forward and gather edges have one channel; a rebalanced one keeps to a channel for a batch, then takes the widest.
  if (partitioning.type !== 'rebalance') return (record, timestamp) => output.push(0, record, timestamp)
  let channel = 0
  let left = 0
  return (record, timestamp) => {
    if (left-- === 0) {
      channel = output.widest()
      left = 255
    }
    output.push(channel, record, timestamp)
  }
}
