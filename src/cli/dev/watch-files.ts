import { extname, relative, resolve, sep } from 'node:path'
import { watch } from 'chokidar'

/** What a job is made of: a sink of the job may write other files beside it, and each of them would begin it anew. */
const CODE: ReadonlySet<string> = new Set(['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts', '.wasm'])
/** Editors and compilers write several files, or one in several steps: only what has been quiet for so long is looked at. */
const QUIET_MS = 100

export interface WatchedFiles {
  /** Directories of code: files of other kinds in them, packages and what begins with a dot count for nothing. */
  readonly dirs: readonly string[]
  /** Files that count whatever they are. */
  readonly files: readonly string[]
}

/** Calls back with a file that has changed, once for changes that come together. Ends with the function that comes back. */
export async function watchFiles({ dirs, files }: WatchedFiles, onChange: (path: string) => void): Promise<() => Promise<void>> {
  const named = new Set(files.map((file) => resolve(file)))
  const roots = dirs.map((dir) => resolve(dir))
  const counts = (path: string): boolean => named.has(path) || CODE.has(extname(path))
  const watcher = watch([...roots, ...named], {
    ignoreInitial: true,
    ignored: (path, stats) => (stats?.isFile() === true && !counts(path)) || isBeside(roots, path),
  })
  let timer: NodeJS.Timeout | undefined
  watcher.on('all', (_event, path) => {
    if (!counts(path)) return
    clearTimeout(timer)
    timer = setTimeout(() => onChange(path), QUIET_MS)
  })
  await new Promise<void>((ready, failed) => watcher.once('ready', ready).once('error', failed))
  return async () => {
    clearTimeout(timer)
    await watcher.close()
  }
}

/** A package, or what is hidden, below one of the directories. */
function isBeside(roots: readonly string[], path: string): boolean {
  const root = roots.find((each) => path.startsWith(each + sep))
  if (root === undefined) return false
  return relative(root, path)
    .split(sep)
    .some((part) => part === 'node_modules' || part.startsWith('.'))
}
