import { stageOfGenerated } from './generated-code.ts'
import { stageOfFunction } from './modules.ts'
import type { CallFrame } from './recording.ts'
import type { FrameStage } from './stages.ts'

const NATIVE: Readonly<Record<string, FrameStage>> = {
  '(garbage collector)': 'gc',
  '(idle)': 'idle',
  // The thread is in native code that no function of ours called.
  '(program)': 'other',
  '(root)': 'other',
  // Of the inspector.
  dispatch: 'probe',
}

/** @returns null for the code of a chain, which has several stages */
export function stageOfFrame({ functionName }: CallFrame, url: string): FrameStage | null {
  if (url === '') return NATIVE[functionName] ?? 'caller'
  if (url.startsWith('millrace:')) return stageOfGenerated(url)
  if (url.startsWith('node:')) return 'caller'
  if (/[\\/]node_modules[\\/]comlink[\\/]/.test(url)) return 'other'
  const module = moduleOf(url)
  if (module === undefined && /[\\/]node_modules[\\/]/.test(url)) return 'caller'
  return (module === undefined ? undefined : stageOfFunction(module, functionName)) ?? 'operate'
}

/** A profile sometimes lacks the URL of generated code; the text has it. */
export function urlOf({ url, scriptId }: CallFrame, sources: Readonly<Record<string, string>>): string {
  if (url !== '') return url
  return /\/\/# sourceURL=(\S+)/.exec(sources[scriptId] ?? '')?.[1] ?? ''
}

/** Path within a build of millrace, without extension. */
export function moduleOf(url: string): string | undefined {
  if (/[\\/]node_modules[\\/](?!millrace[\\/])/.test(url)) return undefined
  return /[\\/]dist[\\/]((?:src|actors|bench)[\\/].*)\.[cm]?[jt]s$/.exec(url)?.[1]?.replaceAll('\\', '/')
}
