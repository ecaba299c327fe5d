import { readFileSync } from 'node:fs'

/** Cores that the container's quota allows, or null where there is none. */
export function cgroupCores(read: (path: string) => string | null = readOrNull): number | null {
  const v2 = read('/sys/fs/cgroup/cpu.max')
  if (v2 !== null) return parseCpuMax(v2)
  const quota = Number(read('/sys/fs/cgroup/cpu/cpu.cfs_quota_us') ?? NaN)
  const period = Number(read('/sys/fs/cgroup/cpu/cpu.cfs_period_us') ?? NaN)
  return quota > 0 && period > 0 ? quota / period : null
}

/** 'max 100000' or '150000 100000'. */
function parseCpuMax(text: string): number | null {
  const [quota, period] = text.trim().split(/\s+/).map(Number)
  return quota! > 0 && period! > 0 ? quota! / period! : null
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}
