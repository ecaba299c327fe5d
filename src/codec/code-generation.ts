import { canGenerateCode } from '../core/can-generate-code.ts'
import { MillraceError } from '../errors.ts'

/** `generated`: encoders and decoders compiled for each shape; `interpreted`: the same bytes and values without generated code. */
export type CodecMode = 'generated' | 'interpreted'

let compiled = 0

/** The mode to use: what was asked for, but `interpreted` where code generation is forbidden. */
export function resolveMode(mode: CodecMode | undefined): CodecMode {
  if (mode !== undefined && mode !== 'generated' && mode !== 'interpreted') {
    throw new MillraceError('MR_OPTION_INVALID', `mode=${String(mode)} is not 'generated' or 'interpreted'`)
  }
  return mode !== 'interpreted' && canGenerateCode() ? 'generated' : 'interpreted'
}

/**
 * Compiles `body` under a source URL of its own: functions of equal text would share type feedback otherwise, and stacks and
 * profiles show the name. `scope` values are visible in the body as constants.
 */
export function compile<F>(name: string, scope: Readonly<Record<string, unknown>>, body: string): F {
  compiled++
  const url = `millrace://codec/${encodeURI(name).replace(/[^\w./:%-]/g, '_')}#${compiled}`
  const factory = new Function(...Object.keys(scope), `'use strict'\n${body}\n//# sourceURL=${url}`) as (...values: unknown[]) => F
  return factory(...Object.values(scope))
}
