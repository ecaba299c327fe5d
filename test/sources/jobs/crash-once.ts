import { existsSync, writeFileSync } from 'node:fs'

/** Fails the first time, which a file remembers. */
export function crashOnce(marker: string, how: 'throw' | 'exit'): void {
  if (existsSync(marker)) return
  writeFileSync(marker, '')
  if (how === 'exit') process.exit(3)
  throw new Error('planned')
}
