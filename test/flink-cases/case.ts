import type { ErrorCode } from '../../src/errors.ts'
import type { Step } from '../../src/testing/index.ts'
import type { OperatorSpec } from './operators.ts'

/** The semantics that Apache Flink documents and tests, by what they are about. */
export const FAMILIES = ['window', 'session', 'trigger', 'interval join', 'timer', 'idleness', 'alignment', 'TTL'] as const
export type Family = (typeof FAMILIES)[number]

/** Something that came out: a record, a late record, or what the stream says of its time. */
export type Given =
  | { readonly record: unknown; readonly timestamp?: number }
  | { readonly late: unknown; readonly timestamp?: number }
  | { readonly watermark: number }
  | { readonly idle: boolean }

/** What has come out since the last such line, in any order of its records. */
export interface Gives {
  readonly gives: readonly Given[]
}

export type Line = Step | Gives

/**
 * One statement of Flink's, in this project's words: an operator, what happens to it, and what comes out. Inputs and expected outputs are those of `source`, never
 * what a run of ours happened to give.
 */
export interface FlinkCase {
  /** Flink's name for it. */
  readonly name: string
  /** The test or page that states it, in the repository apache/flink. */
  readonly source: string
  readonly operator: OperatorSpec
  /** Records of every step without a `gives` before the next one must be none. Null: the operator itself is refused. */
  readonly script: readonly Line[] | null
  /** The script ends in this error. */
  readonly fails?: ErrorCode
  /** Of the job; default 128. */
  readonly keyGroups?: number
}

/** What happens and what is expected, apart: expectations by the step that they follow. */
export function divide(lines: readonly Line[]): { script: Step[]; expected: { upTo: number; gives: readonly Given[] }[] } {
  const script: Step[] = []
  const expected: { upTo: number; gives: readonly Given[] }[] = []
  for (const [at, line] of lines.entries()) {
    if ('gives' in line) expected.push({ upTo: script.length, gives: line.gives })
    else script.push(line)
    // Records with an expectation between them are no batch.
    if ('gives' in line && 'record' in (lines[at + 1] ?? {})) script.push({ advanceMs: 0 })
  }
  if (expected.at(-1)?.upTo !== script.length) expected.push({ upTo: script.length, gives: [] })
  return { script, expected }
}
