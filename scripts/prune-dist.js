/**
 * Removes build outputs whose source is gone, so that a deleted test or module does not live on in dist/.
 * tsc then writes what changed. Safe while other builds run: a file that is already gone is no error.
 */
import { existsSync, readdirSync, rmSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
/** What tsc writes, and the extension of what it reads. */
const OUTPUTS = [
  [/(\.js\.map|\.d\.ts|\.js)$/, '.ts'],
  [/(\.cjs\.map|\.d\.cts|\.cjs)$/, '.cts'],
]

function sourceIsGone(path) {
  const output = OUTPUTS.find(([pattern]) => pattern.test(path))
  return output !== undefined && !existsSync(join(root, path.replace(...output)))
}

function prune(folder) {
  const inDist = join(root, 'dist', folder)
  for (const entry of readdirSync(inDist, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) prune(path)
    else if (sourceIsGone(path)) rmSync(join(root, 'dist', path), { force: true })
  }
  if (!existsSync(join(root, folder))) removeIfEmpty(inDist)
}

function removeIfEmpty(folder) {
  try {
    rmdirSync(folder)
  } catch (error) {
    if (error.code !== 'ENOTEMPTY' && error.code !== 'ENOENT') throw error
  }
}

for (const folder of ['src', 'actors', 'bench', 'test', 'examples']) if (existsSync(join(root, 'dist', folder))) prune(folder)
