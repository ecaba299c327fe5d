/** The seed that MILLRACE_SEED asks for, or null. */
export function seedFromEnvironment(): string | null {
  const text = process.env['MILLRACE_SEED']
  return text === undefined || text === '' ? null : text
}

/** Seeds 1 to `count` for a test that tries many schedules; only the one of the environment variable MILLRACE_SEED when it is set. */
export function seeds(count: number): (number | string)[] {
  const replayed = seedFromEnvironment()
  return replayed === null ? Array.from({ length: count }, (_, i) => i + 1) : [replayed]
}
