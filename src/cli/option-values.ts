import { InvalidArgumentError } from 'commander'
import type { PlacementPolicy } from '../graph/placement-settings.ts'
import type { BackendOption } from '../graph/state-backend.ts'
import { WORKERS_MAX } from '../limits.ts'

const MIB = 1024 * 1024

export function collect(value: string, before: readonly string[]): string[] {
  return [...before, value]
}

export function workers(value: string): number {
  const number = /^\d+$/.test(value) ? Number(value) : NaN
  if (!(number >= 1 && number <= WORKERS_MAX)) throw new InvalidArgumentError(`It takes an integer from 1 to ${WORKERS_MAX}.`)
  return number
}

export function port(value: string): number {
  const number = wholeNumber(value)
  if (number > 65_535) throw new InvalidArgumentError('It takes a port, 0 to 65535.')
  return number
}

export function policy(value: string): PlacementPolicy {
  const found = (['priority', 'demand', 'load'] as const).find((name) => name === value)
  if (found === undefined) throw new InvalidArgumentError('It takes priority, demand or load.')
  return found
}

export function backend(value: string): BackendOption {
  const match = /^(memory|lmdb)(?::(\d+))?$/.exec(value)
  if (match === null || (match[1] === 'memory' && match[2] !== undefined) || match[2] === '0')
    throw new InvalidArgumentError('It takes memory, lmdb, or lmdb:<MiB>, such as lmdb:256.')
  if (match[1] === 'memory') return 'memory'
  return { type: 'lmdb', ...(match[2] !== undefined && { cacheBytes: Number(match[2]) * MIB }) }
}

export function directory(value: string): string {
  return path(value, 'a directory')
}

export function file(value: string): string {
  return path(value, 'a file')
}

/** A path that is empty would be the working directory: most likely of a variable that is not set. */
function path(value: string, what: string): string {
  if (value.trim() === '') throw new InvalidArgumentError(`It takes the path of ${what}.`)
  return value
}

export function wholeNumber(value: string): number {
  if (!/^\d+$/.test(value)) throw new InvalidArgumentError('It takes an integer, 0 or more.')
  return Number(value)
}

export function positive(value: string): number {
  const number = wholeNumber(value)
  if (number === 0) throw new InvalidArgumentError('It takes an integer, 1 or more.')
  return number
}

export function pause(value: string): number {
  return value === '0' ? 0 : milliseconds(value)
}

export function milliseconds(value: string): number {
  const number = value === '' ? NaN : Number(value)
  if (!(number >= 1)) throw new InvalidArgumentError('It takes a number of milliseconds, at least 1.')
  return number
}
