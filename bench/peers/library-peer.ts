import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { QUERIES } from '../loops/registry.ts'
import { loadLibrary } from './library.ts'
import type { LibraryName } from './library.ts'
import type { Peer } from './peer.ts'

const EXTENSION = extname(import.meta.url)
const ENTRY = fileURLToPath(new URL('library-contender' + EXTENSION, import.meta.url))

/** A peer in Node.js. `packageName` is what is to be installed; absent for what Node.js has itself. */
export function libraryPeer(name: LibraryName, packageName?: string): Peer {
  return {
    name,
    async prepare() {
      try {
        const { queries } = await loadLibrary(name, EXTENSION)
        return {
          queries: QUERIES.filter((query) => queries[query] !== undefined),
          versions: packageName === undefined ? `Node.js ${process.version}` : `${packageName} ${installedVersion(packageName)}`,
          program: (order) => ({ command: process.execPath, args: [ENTRY, JSON.stringify(order)] }),
        }
      } catch (error) {
        return {
          skipped: `${packageName ?? name} cannot be loaded (npm ci installs it): ${error instanceof Error ? error.message : String(error)}`,
        }
      }
    },
  }
}

/** Read from the package's folder: not every package lets its package.json be imported. */
function installedVersion(packageName: string): string {
  const entry = createRequire(import.meta.url).resolve(packageName)
  const folder = join('node_modules', packageName)
  const root = entry.slice(0, entry.lastIndexOf(folder) + folder.length)
  return (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version
}
