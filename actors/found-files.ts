import { stat } from 'node:fs/promises'
import { dirname, isAbsolute } from 'node:path'
import { pathError } from '../src/actor/path-error.ts'
import { MillraceError } from '../src/errors.ts'
import { FILES_PER_SOURCE_MAX, FILE_GROUPS } from '../src/limits.ts'
import type { OperatorContext, SourceProgress, StateChunk } from '../src/actor/contract.ts'
import { hashKey } from '../src/actor/operator-kit.ts'
import { type FileList, type SourceFile, bytesOf, newFile, sizeOf } from './file-list.ts'

interface OpenFile extends Pick<SourceFile, 'path' | 'position'> {}

/** State of one group. */
interface GroupState {
  readonly done: readonly string[]
  readonly open: readonly OpenFile[]
}

/**
 * Files that match globs. Each falls into a group by the hash of its path, and groups to instances as splits do: so all instances agree on who reads
 * what without a word, whatever each of them sees when it looks. What was found is state: after a restart the files of a glob that is not watched are those that were
 * found first.
 */
export class FoundFiles implements FileList {
  readonly #context: OperatorContext
  readonly #globs: readonly string[]
  readonly #watchMs: number | null
  readonly #files = new Map<string, SourceFile>()
  /** Those that are not read, in the order in which they will be: by look, then by path. */
  #queue: SourceFile[] = []
  #at = 0
  /** By path of a file that is not taken yet: what the last look saw of it. */
  #seen = new Map<string, string>()
  #restored = false
  #nextLookMs = -Infinity
  #looking = false
  #error: { readonly thrown: unknown } | null = null

  constructor(globs: readonly string[], watchMs: number | null, context: OperatorContext) {
    this.#context = context
    this.#globs = globs
    this.#watchMs = watchMs
  }

  get complete(): boolean {
    return this.#watchMs === null
  }

  async open(): Promise<void> {
    if (this.#watchMs === null && !this.#restored) await this.#takeAll()
    for (const file of this.#files.values()) if (file.size === 0) file.size = await sizeOf(file.path)
  }

  current(): SourceFile | null {
    if (this.#error !== null) throw this.#error.thrown
    while (this.#queue[this.#at]?.done === true) this.#at++
    return this.#queue[this.#at] ?? null
  }

  look(): 'waiting' | 'pausing' {
    const nowMs = this.#context.clock.monotonicMs()
    if (!this.#looking && nowMs < this.#nextLookMs) {
      this.#context.wakeAt(this.#nextLookMs)
      return 'pausing'
    }
    if (!this.#looking) void this.#lookAgain()
    return 'waiting'
  }

  /** A source that goes on for ever has no size. */
  progress(): SourceProgress | null {
    return this.#watchMs === null ? bytesOf(this.#files.values()) : null
  }

  snapshot(): StateChunk[] {
    const { index, parallelism } = this.#context
    const chunks = new Map<number, { done: string[]; open: OpenFile[] }>()
    for (let group = index; group < FILE_GROUPS; group += parallelism) chunks.set(group, { done: [], open: [] })
    for (const { path, position, done } of this.#files.values()) {
      const group = chunks.get(groupOf(path))!
      if (done) group.done.push(path)
      else group.open.push({ path, position })
    }
    return [...chunks].map(([id, value]) => ({ scope: 'split', id, value }))
  }

  restore(chunks: readonly StateChunk[]): void {
    this.#restored = true
    const states = chunks.map(({ value }) => value as GroupState)
    for (const { done } of states) for (const path of done) this.#files.set(path, { ...newFile(path, groupOf(path)), done: true })
    // Those that were begun come first, as they did.
    const open = states
      .flatMap((state) => state.open)
      .toSorted((a, b) => Number(isBegun(b)) - Number(isBegun(a)) || compare(a.path, b.path))
    for (const { path, position } of open) this.#enqueue({ ...newFile(path, groupOf(path)), position })
  }

  #enqueue(file: SourceFile): void {
    this.#files.set(file.path, file)
    this.#queue.push(file)
  }

  async #lookAgain(): Promise<void> {
    this.#looking = true
    try {
      await this.#takeSettled()
    } catch (thrown) {
      this.#error = { thrown }
    } finally {
      this.#looking = false
      this.#nextLookMs = this.#context.clock.monotonicMs() + this.#watchMs!
      this.#context.wake()
    }
  }

  async #takeAll(): Promise<void> {
    for (const path of await this.#mine()) this.#enqueue(newFile(path, groupOf(path)))
  }

  /** Takes files that are as they were at the last look, and forgets those that were read and are gone. */
  async #takeSettled(): Promise<void> {
    const paths = await this.#mine()
    const there = new Set(paths)
    for (const [path, { done }] of this.#files) if (done && !there.has(path) && (await isGone(path))) this.#files.delete(path)
    this.#queue = this.#queue.slice(this.#at)
    this.#at = 0
    const seen = new Map<string, string>()
    for (const path of paths) {
      if (this.#files.has(path)) continue
      const look = await lookAt(path)
      if (look === null) continue
      if (this.#seen.get(path) === look.mark) this.#enqueue(newFile(path, groupOf(path), look.size))
      else seen.set(path, look.mark)
    }
    this.#seen = seen
  }

  /** Paths that match and fall to this instance, sorted. */
  async #mine(): Promise<string[]> {
    const { index, parallelism } = this.#context
    const found = await findFiles(this.#globs)
    if (found.size > FILES_PER_SOURCE_MAX) {
      const text = `${found.size} files match ${this.#globs.join(', ')}, more than ${FILES_PER_SOURCE_MAX}. Move files away when they are read`
      throw new MillraceError('MR_SOURCE_FAILED', text)
    }
    return [...found].filter((path) => groupOf(path) % parallelism === index).toSorted(compare)
  }
}

async function findFiles(globs: readonly string[]): Promise<Set<string>> {
  // Loaded when needed: every worker would pay for it at its start.
  const { glob } = await import('tinyglobby')
  const paths = new Set<string>()
  for (const pattern of globs) {
    try {
      const options = { absolute: isAbsolute(pattern), dot: false, onlyFiles: true, expandDirectories: false }
      for (const path of await glob(pattern, options)) paths.add(path)
    } catch (cause) {
      throw pathError('MR_SOURCE_FAILED', `Cannot look for files of ${pattern}`, cause)
    }
  }
  return paths
}

/** Null when it is gone again. */
async function lookAt(path: string): Promise<{ mark: string; size: number } | null> {
  try {
    const { size, mtimeMs, ino } = await stat(path)
    return { mark: `${ino}/${size}/${mtimeMs}`, size }
  } catch {
    return null
  }
}

/** A folder that cannot be seen for a while does not mean that all of its files are new when it is back. */
async function isGone(path: string): Promise<boolean> {
  return (await lookAt(path)) === null && (await lookAt(dirname(path))) !== null
}

function groupOf(path: string): number {
  return (hashKey(path) >>> 0) % FILE_GROUPS
}

function isBegun({ position }: OpenFile): boolean {
  return position.byte > 0 || position.skip > 0
}

/** By UTF-16 code units, which no language setting changes. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
