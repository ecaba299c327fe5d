import { availableParallelism } from 'node:os'
import { getHeapStatistics } from 'node:v8'
import type { Machine } from '../graph/placement-settings.ts'
import { cgroupCores } from './cgroup.ts'

/** What this process may use: Node.js before 22 does not know of the quota of a container. */
export function machineHere(): Pick<Machine, 'cores' | 'heapBytes'> {
  return { cores: Math.min(availableParallelism(), cgroupCores() ?? Infinity), heapBytes: getHeapStatistics().heap_size_limit }
}
