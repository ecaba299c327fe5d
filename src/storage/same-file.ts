import { statSync } from 'node:fs'
import { MillraceError } from '../errors.ts'

/** A file that is held open. When its folder is removed or moved meanwhile, writing succeeds, into a file that nobody finds again. */
export class SameFile {
  readonly #path: string
  readonly #identity: string

  constructor(path: string) {
    this.#path = path
    this.#identity = identityOf(path)
  }

  /** @throws MillraceError when the path leads to another file now, or to none */
  check(code: 'MR_STATE_DIR_INVALID' | 'MR_SINK_FAILED'): void {
    if (identityOf(this.#path) !== this.#identity) throw new MillraceError(code, `${this.#path} was removed, moved or replaced meanwhile.`)
  }
}

function identityOf(path: string): string {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false })
  return found === undefined ? '' : `${found.dev}/${found.ino}`
}
