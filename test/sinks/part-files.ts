import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'

export interface FoundFile {
  readonly folder: string
  readonly name: string
  readonly text: string
}

/** All that a reader of the directory sees: files that are not hidden. */
export function visibleFiles(dir: string): FoundFile[] {
  if (!existsSync(dir)) return []
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((path) => !path.startsWith('.') && statSync(join(dir, path)).isFile())
    .toSorted()
    .map((path) => {
      const bytes = readFileSync(join(dir, path))
      const folder = dirname(path)
      return {
        folder: folder === '.' ? '' : folder,
        name: basename(path),
        text: (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString(),
      }
    })
}

/** Hidden files and folders, which a finished job must not leave. */
export function hiddenFiles(dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((path) => path.split('/').some((name) => name.startsWith('.')))
}

export function linesOf(files: readonly FoundFile[]): string[] {
  return files.flatMap(({ text }) => text.split('\n').slice(0, -1))
}
