import { constants, copyFileSync, readdirSync, realpathSync, renameSync, rmdirSync, statSync, truncateSync, unlinkSync } from 'node:fs'
import { basename, join, resolve, sep } from 'node:path'
import { makeDirectory } from '../src/actor/operator-kit.ts'
import { type FinishedPart } from './part-file.ts'
import { IN_PROGRESS_FOLDER, type PartNames } from './part-name.ts'

/** The directory of a sink of part files: where those in progress lie, and how they become visible. */
export class PartFolder {
  readonly #dir: string
  readonly #names: PartNames
  #realDir = ''

  constructor(dir: string, names: PartNames) {
    this.#dir = resolve(dir)
    this.#names = names
  }

  open(): void {
    makeDirectory(join(this.#dir, IN_PROGRESS_FOLDER))
    this.#realDir = realpathSync(this.#dir)
  }

  inProgress(name: string): string {
    return join(this.#dir, IN_PROGRESS_FOLDER, name)
  }

  finished({ folder, name }: FinishedPart): string {
    return join(this.#dir, folder, name)
  }

  /** Makes a file visible under its final name, in one step. Done already is fine: a restart commits again what it cannot know. */
  commit(part: FinishedPart): void {
    const [from, to] = [this.inProgress(part.name), this.finished(part)]
    const waiting = sizeOf(from)
    const there = sizeOf(to)
    if (waiting === null) {
      if (there === part.bytes) return
      const found = there === null ? 'is gone' : `has ${there} bytes in place of ${part.bytes}`
      throw new Error(`${there === null ? from : to} ${found}: it was removed or changed since the checkpoint`)
    }
    if (there !== null) throw new Error(`${to} exists already: directory and name of a sink belong to it alone`)
    if (waiting < part.bytes) throw new Error(`${from} has ${waiting} bytes, but the checkpoint knows ${part.bytes}: it was cut`)
    if (waiting > part.bytes) truncateSync(from, part.bytes)
    this.#makeFolder(part.folder)
    renameSync(from, to)
  }

  /**
   * The same for a file of another lineage, with whose checkpoint this one began. Whoever took that checkpoint may have done it, and what has become of the file since
   * is not this run's business.
   */
  commitForeign(part: FinishedPart): void {
    if (sizeOf(this.inProgress(part.name)) !== null && sizeOf(this.finished(part)) === null) this.commit(part)
  }

  /** What a file of another lineage held at the checkpoint that this one began with, as a file in progress of this one: the other is left alone. */
  copyForeign(part: FinishedPart, name: string): void {
    const from = [this.inProgress(part.name), this.finished(part)].find((path) => (sizeOf(path) ?? -1) >= part.bytes)
    if (from === undefined) {
      throw new Error(`${this.inProgress(part.name)} is gone, of which the savepoint knows ${part.bytes} bytes`)
    }
    copyFileSync(from, this.inProgress(name), constants.COPYFILE_FICLONE)
    truncateSync(this.inProgress(name), part.bytes)
  }

  /** Removes files in progress of this lineage that no checkpoint knows. */
  removeLeftOvers(isMine: (writer: number) => boolean, known: ReadonlySet<string>): void {
    for (const name of readdirSync(join(this.#dir, IN_PROGRESS_FOLDER))) {
      const parsed = this.#names.parse(name)
      if (parsed?.own === true && isMine(parsed.writer) && !known.has(name)) unlinkSync(this.inProgress(name))
    }
  }

  /** Finished files of this lineage: of each its path, writer and sequence number. */
  *list(recursive: boolean): Iterable<{ readonly path: string; readonly writer: number; readonly sequence: number }> {
    for (const path of readdirSync(this.#dir, { recursive, encoding: 'utf8' })) {
      const parsed = path.startsWith(IN_PROGRESS_FOLDER) ? null : this.#names.parse(basename(path))
      if (parsed?.own === true) yield { path: join(this.#dir, path), ...parsed }
    }
  }

  /** A finished job leaves no folder for files in progress; other writers may still need it, or make it again. */
  tidy(): void {
    try {
      rmdirSync(join(this.#dir, IN_PROGRESS_FOLDER))
    } catch {
      // Not empty: others are not through yet.
    }
  }

  /** A link that somebody put there must not lead out. */
  #makeFolder(folder: string): void {
    if (folder === '') return
    const path = join(this.#dir, folder)
    makeDirectory(path)
    if (!realpathSync(path).startsWith(this.#realDir + sep)) throw new Error(`${path} leads out of ${this.#dir}`)
  }
}

function sizeOf(path: string): number | null {
  return statSync(path, { throwIfNoEntry: false })?.size ?? null
}
