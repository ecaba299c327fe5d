import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { expect, test } from 'vitest'
import { projectRoot } from './project-root.ts'

const DIST = join(projectRoot, 'dist')
const IMPORT = /^(?:import|export)\s(?:[^'"]*?from\s*)?['"]([^'"]+)['"]/gm

/** Files of the project and packages that are loaded with some modules, before any of their code runs. */
function loadedWith(...entries: readonly string[]): { readonly files: string[]; readonly packages: string[] } {
  const files = new Set<string>()
  const packages = new Set<string>()
  const waiting = entries.map((entry) => join(DIST, entry))
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (files.has(path)) continue
    files.add(path)
    for (const [, specifier] of readFileSync(path, 'utf8').matchAll(IMPORT)) {
      if (specifier!.startsWith('.')) waiting.push(join(path, '..', specifier!))
      else if (!specifier!.startsWith('node:')) packages.add(specifier!.split('/')[0]!)
    }
  }
  return { files: [...files].map((path) => relative(DIST, path)).sort(), packages: [...packages].sort() }
}

const JOB = loadedWith('src/index.js')
const inRooms = (files: readonly string[], ...rooms: readonly string[]): string[] =>
  files.filter((file) => rooms.some((room) => file.startsWith(room)))

test('a job module loads the builder: no thread code, no package', () => {
  expect(JOB.packages).toEqual([])
  expect(inRooms(JOB.files, 'actors/', 'src/worker', 'src/control', 'src/storage', 'src/codec', 'src/ring')).toEqual([])
  expect(inRooms(JOB.files, 'src/app/')).toEqual(['src/app/launch.js', 'src/app/open-checkpoint.js', 'src/app/open-table.js'])
  expect(JOB.files.length).toBeGreaterThan(30)
})

test('the control thread loads no codec and no operators', () => {
  const { files, packages } = loadedWith('src/control/entry.js')
  expect(packages).toEqual(['comlink', 'piscina'])
  expect(inRooms(files, 'actors/', 'src/codec/', 'src/actor/', 'src/state/', 'src/app/')).toEqual([])
})

test('the storage thread loads the database, and nothing of jobs', () => {
  expect(loadedWith('src/storage/entry.js').packages).toEqual([])
  const { files, packages } = loadedWith('src/storage/storage-thread.js')
  expect(packages).toEqual(['lmdb'])
  expect(inRooms(files, 'actors/', 'src/codec/', 'src/graph/', 'src/ring/', 'src/worker/')).toEqual([])
})

test('workers load neither database nor pool, and of the operators those that the job has', () => {
  const { files, packages } = loadedWith('src/worker/entry.js')
  expect(packages).toEqual(['comlink', 'msgpackr'])
  expect(inRooms(files, 'actors/', 'src/app/', 'src/control/')).toEqual(['actors/registry.js'])
})

test('an operator loads what it needs of the kits', () => {
  const most = new Set([...loadedWith('src/worker/entry.js').files, ...JOB.files])
  const more = (operator: string): string[] => loadedWith(`actors/${operator}.js`).files.filter((file) => !most.has(file))
  // Every chain that ends in an edge has a partitioner.
  expect(inRooms(more('partition'), 'src/state/', 'src/time/')).toEqual([])
  expect(inRooms(more('aggregate'), 'src/state/memory-backend', 'src/time/windows', 'src/time/timer')).toEqual([])
})
