/** Pages and pictures that are made of kept figures. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { comparisonFiles } from './comparison-page.js'
import { conceptsFiles } from './concepts-page.js'
import { ROOT, readPage } from './pages.js'
import { scalingFiles } from './scaling-page.js'

const made = async () => ({ ...(await scalingFiles()), ...(await comparisonFiles()), ...(await conceptsFiles()) })

export async function writeFigures() {
  for (const [path, text] of Object.entries(await made())) {
    mkdirSync(dirname(join(ROOT, path)), { recursive: true })
    writeFileSync(join(ROOT, path), text)
  }
}

export async function staleFigures() {
  const stale = Object.entries(await made()).filter(([path, text]) => !existsSync(join(ROOT, path)) || readPage(path) !== text)
  return stale.map(([path]) => `${path}: differs from the figures that it is made of: npm run docs`)
}
