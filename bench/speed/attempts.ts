const HEADING = '### What was tried about missed bars'
const ANCHOR = '#what-was-tried-about-missed-bars'

/** How many attempts docs/speed.md tells of for a workload: rows of its table whose first cell names it, or all. */
export type CountAttempts = (workload: string) => number

export function attemptsIn(page: string): CountAttempts {
  const section = page.split(`\n${HEADING}\n`)[1]?.split(/\n##/)[0] ?? ''
  const workloads = [...section.matchAll(/^\| ([^|]+) \|/gm)].map(([, cell]) => cell!.split(',').map((name) => name.trim()))
  return (workload) => workloads.filter((names) => names.includes(workload) || (names.includes('all') && workload !== 'latency')).length
}

/** @param page the page that the link is on; '' for docs/speed.md itself */
export function attemptsLink(count: number, page: string): string {
  if (count === 0) return 'nothing yet'
  return `[${count} attempt${count === 1 ? '' : 's'}](${page}${ANCHOR})`
}
