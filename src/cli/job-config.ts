import type { Job } from '../graph/job.ts'
import { applyPairs, pathOf } from './config-values.ts'

type Values = Record<string, unknown>

/**
 * The configuration as the job's schema wants it. The command line knows texts only: one that the schema does not accept where it stands becomes the
 * number, boolean or JSON that it reads as, if it reads as one.
 *
 * @param given by files and `pairs`
 * @param pairs of the command line, `key=value`
 */
export async function jobConfig(job: Job, given: Values | undefined, pairs: readonly string[]): Promise<Values | undefined> {
  let config = given
  const texts = new Map(pairs.map((pair) => [pathOf(pair), pair.slice(pathOf(pair).length + 1)]))
  // Some schemas report one field at a time; each text is read once at most.
  while (config !== undefined) {
    const refused = (await job.configIssues(config)).map(({ path }) => path.join('.')).filter((path) => texts.has(path))
    const read = refused.map((path) => [path, meaningOf(texts.get(path)!)] as const).filter(([, value]) => value !== undefined)
    for (const path of refused) texts.delete(path)
    if (read.length === 0) return config
    for (const [path, value] of read) config = applyPairs(config, [`${path}=`], () => value)
  }
  return config
}

function meaningOf(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'string' ? undefined : value
  } catch {
    return undefined
  }
}
