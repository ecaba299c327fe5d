/** Bundles the page of the dashboard into dist/ui: three files, no other is loaded. Fails when it grows beyond what a page of tables and charts may weigh. */
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const GZIPPED_BYTES_MAX = 200 * 1024
const root = join(import.meta.dirname, '..')
const outdir = join(root, 'dist', 'ui')

mkdirSync(outdir, { recursive: true })
await build({
  entryPoints: { page: join(root, 'ui', 'main.tsx') },
  outdir,
  bundle: true,
  format: 'esm',
  target: 'es2022',
  minify: true,
  legalComments: 'eof',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  tsconfigRaw: {},
  logLevel: 'warning',
})
copyFileSync(join(root, 'ui', 'index.html'), join(outdir, 'index.html'))
const bytes = ['index.html', 'page.js', 'page.css'].reduce((sum, name) => sum + gzipSync(readFileSync(join(outdir, name))).length, 0)
if (bytes > GZIPPED_BYTES_MAX) throw new Error(`The page has ${bytes} bytes gzipped, more than ${GZIPPED_BYTES_MAX}`)
