import { EXIT, type ExitCode } from './exit-code.ts'

/** What a command that has come to its end says. */
export interface CommandAnswer {
  readonly text: string
  readonly exitCode: ExitCode
}

/** Of a command that has done what it was told. */
export function done(text: string): CommandAnswer {
  return { text, exitCode: EXIT.done }
}
