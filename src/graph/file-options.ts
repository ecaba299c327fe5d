import { onlyKnown } from '../core/known-options.ts'
import { MillraceError } from '../errors.ts'
import { FILE_WATCH_MS_DEFAULT, SPLITS_MAX } from '../limits.ts'
import { type ErrorPolicy, checkPolicy } from './error-policy.ts'
import type { SourceOptions } from './source-options.ts'

export interface FileOptions<T> extends SourceOptions<T> {
  /**
   * One path or several, each a split; or give `glob`. After a restart more may follow at the end of the list. Names that end in .gz are
   * decompressed.
   */
  readonly path?: string | readonly string[]
  /**
   * Patterns (`in/*.csv`, `logs/**`) in place of paths, with forward slashes. Looked up when the job begins, not again after a restart. A file belongs to the
   * instance that its path falls to. None may match: then there is no input.
   */
  readonly glob?: string | readonly string[]
  /**
   * Looks for new files that match the glob every so often, 1000 ms unless given, and never ends. A file is read once, as soon as two looks in a row found
   * it with equal size and time: move files in, or write them in one go. What is read is known by its path; changing it later
   * does nothing. A name may be used again once a look found it gone. At most 100,000 files may match at a time.
   */
  readonly watch?: boolean | { readonly everyMs?: number }
  /**
   * What to do about a line, or row, that is not what it should be. The record of its dead letter is its bytes, without the line end (Uint8Array), in which nothing can be masked. Default: that
   * of the job, or 'fail'.
   */
  readonly onError?: ErrorPolicy
}

export interface CsvOptions<T> extends FileOptions<T> {
  /** Default ','. */
  readonly delimiter?: string
  /** What encloses fields that hold delimiters or line feeds, doubled within them; false: nothing does. Default '"'. */
  readonly quote?: string | false
  /** Column names; default: the first line holds them. */
  readonly columns?: readonly string[]
  /** Turns a row of strings into the record; what it throws makes the row a bad one. Default: the row, all fields strings. */
  readonly parse?: (row: Readonly<Record<string, string>>) => T
}

/** Which files, in the form that the operator takes. */
export interface FileSpec {
  readonly paths: readonly string[] | null
  readonly glob: readonly string[] | null
  /** Null: not watched. */
  readonly watchMs: number | null
}

/** @throws MillraceError MR_OPTION_INVALID */
export function fileSpec(kind: string, operator: string, options: FileOptions<never>, site: string): FileSpec {
  const refuse = (text: string): never => {
    throw new MillraceError('MR_OPTION_INVALID', text, { operator, site })
  }
  const { path, glob, watch = false, onError } = options ?? {}
  if (path !== undefined && glob !== undefined) refuse(`${kind} takes path or glob, not both`)
  if (typeof watch === 'object') onlyKnown(`watch of ${kind}`, watch, { everyMs: 1 }, site)
  const names = asList(path ?? glob)
  if (names === null) {
    refuse(
      glob === undefined
        ? `path of ${kind} is not a path or a list of 1 to ${SPLITS_MAX} paths`
        : `glob of ${kind} is not a pattern or a list of 1 to ${SPLITS_MAX} patterns`,
    )
  }
  const everyMs = watch === true ? FILE_WATCH_MS_DEFAULT : watch === false ? null : (watch?.everyMs ?? FILE_WATCH_MS_DEFAULT)
  if (everyMs !== null && !(Number.isFinite(everyMs) && everyMs >= 1))
    refuse(`watch.everyMs=${String(everyMs)} is not a time of 1 ms or more`)
  if (everyMs !== null && glob === undefined) refuse(`watch needs a glob, since the files of a path are known`)
  if ((checkPolicy(onError, site)?.deadLetter?.mask.length ?? 0) > 0)
    refuse('The dead letters of a source hold bytes, in which no fields can be masked')
  return { paths: glob === undefined ? names : null, glob: glob === undefined ? null : names, watchMs: everyMs }
}

function asList(given: unknown): string[] | null {
  const list: unknown[] = Array.isArray(given) ? given : [given]
  const valid = list.length > 0 && list.length <= SPLITS_MAX && list.every((name) => typeof name === 'string' && name !== '')
  return valid ? ([...list] as string[]) : null
}
