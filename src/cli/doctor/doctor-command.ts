import { alignRows } from '../align.ts'
import type { CommandAnswer } from '../command-answer.ts'
import { EXIT } from '../exit-code.ts'
import { jsonBlock } from '../json-line.ts'
import { type CheckResult, runChecks } from './checks.ts'

/** Looks whether millrace can run here, and says what to do where it cannot. Exit code 1 when something fails. */
export async function doctorCommand({ json }: { readonly json: boolean }): Promise<CommandAnswer> {
  const results = await runChecks()
  const exitCode = results.some(({ status }) => status === 'failed') ? EXIT.failed : EXIT.done
  return { text: json ? jsonBlock(results) : doctorText(results), exitCode }
}

export function doctorText(results: readonly CheckResult[]): string {
  const lines = alignRows(results.map(({ name, status, found }) => [status, name, found]))
  return `${results.map(({ remedy }, i) => `${lines[i]!}\n${remedy === undefined ? '' : `         ${remedy}\n`}`).join('')}`
}
