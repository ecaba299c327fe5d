/** Flags of Node.js that say how modules are found and loaded, and whether a value follows as an argument of its own. */
const LOADING: ReadonlyMap<string, boolean> = new Map([
  ['--import', true],
  ['--require', true],
  ['-r', true],
  ['--loader', true],
  ['--experimental-loader', true],
  ['--conditions', true],
  ['-C', true],
  ['--enable-source-maps', false],
  ['--preserve-symlinks', false],
  ['--experimental-strip-types', false],
  ['--experimental-transform-types', false],
  ['--no-warnings', false],
])

/**
 * Flags for threads of a process that was started with `execArgv`; undefined for all of them, which is what threads get when nobody says anything. A program that came as a text
 * (`node --input-type=module -e ...`) has flags that end a thread, since that begins with a file: there, only those that load modules go on. Flags of V8 hold for the
 * whole process anyway.
 */
export function threadFlags(execArgv: readonly string[]): string[] | undefined {
  if (!execArgv.some((flag) => flag.startsWith('--input-type'))) return undefined
  const kept: string[] = []
  for (let i = 0; i < execArgv.length; i++) {
    const flag = execArgv[i]!
    const takesNext = LOADING.get(flag.split('=')[0]!)
    if (takesNext === undefined) continue
    kept.push(flag)
    if (takesNext && !flag.includes('=') && i + 1 < execArgv.length) kept.push(execArgv[++i]!)
  }
  return kept
}
