import { UsageExit } from './options.ts'

/**
 * The main program of a bench: its exit code is what `run` gives, or what the options ask for.
 *
 * @param parse throws UsageExit
 */
export async function runMain<O>(
  parse: (args: readonly string[]) => O,
  run: (options: O, args: readonly string[]) => Promise<number>,
): Promise<void> {
  const args = process.argv.slice(2)
  let options: O
  try {
    options = parse(args)
  } catch (error) {
    if (!(error instanceof UsageExit)) throw error
    process.exitCode = error.exitCode
    return
  }
  process.exitCode = await run(options, args)
}
