import { stat } from 'node:fs/promises'
import { MillraceError } from '../src/errors.ts'
import type { OperatorContext, SourceProgress, StateChunk } from '../src/actor/contract.ts'
import { FILE_BEGIN, type FilePosition } from './file-reader.ts'

/** One file of a source's instance. */
export interface SourceFile {
  readonly path: string
  /** Whose watermark its records move; only one file of a split is read at a time. */
  readonly split: number
  position: FilePosition
  done: boolean
  /** Bytes on the disk; 0 while nobody knows. */
  size: number
}

/** Which files an instance reads, in which order, and how far each is. */
export interface FileList {
  open(): Promise<void>
  /** The file that is read now: the first that is not done. Null when there is none, for now or for good. */
  current(): SourceFile | null
  /** True when no other file will come. */
  readonly complete: boolean
  /** Looks for further files, when it is time for that; wakes the actor when it has. */
  look(): 'waiting' | 'pausing'
  progress(): SourceProgress | null
  snapshot(): StateChunk[]
  restore(chunks: readonly StateChunk[]): void
}

export function newFile(path: string, split: number, size = 0): SourceFile {
  return { path, split, position: FILE_BEGIN, done: false, size }
}

/** Sizes are for progress only: what cannot be read is found out by whoever reads it. */
export async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size
  } catch {
    return 0
  }
}

export function bytesOf(files: Iterable<SourceFile>): SourceProgress {
  let [position, size] = [0, 0]
  for (const file of files) {
    position += file.done ? file.size : Math.min(file.size, file.position.readBytes)
    size += file.size
  }
  return { position, size, unit: 'bytes' }
}

/** Files known by their paths: file i of the list is split i. */
export class ListedFiles implements FileList {
  readonly complete = true
  readonly #context: OperatorContext
  readonly #paths: readonly string[]
  readonly #files = new Map<number, SourceFile>()
  readonly #order: readonly SourceFile[]
  #at = 0

  constructor(paths: readonly string[], context: OperatorContext) {
    this.#context = context
    this.#paths = paths
    paths.forEach((path, split) => {
      if (split % context.parallelism === context.index) this.#files.set(split, newFile(path, split))
    })
    this.#order = [...this.#files.values()]
  }

  async open(): Promise<void> {
    for (const file of this.#files.values()) file.size = await sizeOf(file.path)
  }

  current(): SourceFile | null {
    while (this.#order[this.#at]?.done === true) this.#at++
    return this.#order[this.#at] ?? null
  }

  look(): 'waiting' {
    return 'waiting'
  }

  progress(): SourceProgress {
    return bytesOf(this.#files.values())
  }

  snapshot(): StateChunk[] {
    return [...this.#files].map(([id, { path, position, done }]) => ({ scope: 'split', id, value: { path, position, done } }))
  }

  restore(chunks: readonly StateChunk[]): void {
    for (const { id, value } of chunks) {
      const { path, position, done } = value as Pick<SourceFile, 'path' | 'position' | 'done'>
      if (path !== this.#paths[id]) this.#refuse(id, path)
      Object.assign(this.#files.get(id)!, { position, done })
    }
  }

  /** Positions belong to files: more may follow at the end of the list, but those that were there keep their places. */
  #refuse(split: number, path: string): never {
    const { operator, site } = this.#context
    const text = `The checkpoint knows ${path} as file ${split + 1} of the source, which is ${this.#paths[split] ?? 'not there'} now. Add files at the end of the list only, or begin anew with fresh: true`
    throw new MillraceError('MR_STATE_INCOMPATIBLE', text, { operator, site })
  }
}
