import type { ExitCode } from './exit-code.ts'

/** What a command that has come to its end says. */
export interface CommandAnswer {
  readonly text: string
  readonly exitCode: ExitCode
}
