/** Which stage generated code belongs to: whole functions by the name that they were given, chains line by line. */
import type { Stage } from './stages.ts'

const AT = /^at = \d+$/
const ROWS = /^const v = records\[i\]$/

/** @param url of its sourceURL comment @returns null for chains, which have several stages in one function */
export function stageOfGenerated(url: string): Stage | null {
  const [, room, name] = /^millrace:\/\/([^/]*)\/(.*?)(?:#\d+)?$/.exec(decodeURIComponent(url)) ?? []
  if (room === 'codec') return name!.startsWith('state/') ? 'snapshot' : name!.endsWith('/decode') ? 'decode' : 'encode'
  if (room === 'state') return /\.combine\//.test(name!) ? 'combine' : 'apply'
  return null
}

/**
 * The stage of each line of a chain's code; line 1 of the script is element 0. Lines above the first operator, and closing braces behind the last, are the loop's own. The lines of the head make
 * a record, or read it from a batch that came; then each operator has its lines: those that call an actor do what it does, those that hand a record to an output let it cross.
 */
export function stagesOfChainLines(source: string, url: string): readonly Stage[] {
  const lines = source.split('\n')
  const actorStage: Stage = /\.combine(?:#\d+)?$/.test(decodeURIComponent(url)) ? 'combine' : 'apply'
  const headStage: Stage = lines.some((line) => ROWS.test(line)) ? 'decode' : 'make'
  let operators = 0
  return lines.map((line) => {
    if (AT.test(line)) operators++
    if (operators === 0 || /^(?:return |\} catch|throw |$)/.test(line)) return 'loop'
    if (operators === 1) return headStage
    if (/^c\d+\.process\(/.test(line)) return actorStage
    if (/\bc\d+\.push\(/.test(line)) return 'cross'
    return 'operate'
  })
}
