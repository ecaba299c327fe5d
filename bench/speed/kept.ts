import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectFolder } from '../harness/project-folder.ts'

/** Figures that pages are made of: `docs/speed/NAME.json`. */
export function keptFile(name: string, folder: string = projectFolder()): string {
  return join(folder, 'docs', 'speed', `${name}.json`)
}

/** @returns undefined when none were kept */
export function kept<T>(name: string, folder?: string): T | undefined {
  const file = keptFile(name, folder)
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as T) : undefined
}

export function keep(name: string, figures: unknown, folder: string = projectFolder()): void {
  mkdirSync(join(folder, 'docs', 'speed'), { recursive: true })
  writeFileSync(keptFile(name, folder), JSON.stringify(figures, undefined, 2) + '\n')
}
