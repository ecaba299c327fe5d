/** Whether loops are compiled for each table (the default where the process allows it) or interpreted. Both give the same results. */
export type CodeMode = 'generated' | 'interpreted'

let count = 0
/** A process does not change its mind about it. */
let possible: boolean | undefined

/** True when this process may compile code (it may not under --disallow-code-generation-from-strings). */
export const canGenerate = (): boolean => {
  try {
    return (possible ??= new Function('return true')() === true)
  } catch {
    return (possible = false)
  }
}

/**
 * Compiles a function body. Each compilation gets a source URL of its own: V8 shares type feedback between functions of equal text and origin,
 * so that two tables of different types would slow each other down. Stacks and profiles show the URL.
 */
export const generate = <F>(name: string, parameters: readonly string[], body: string): F => {
  const url = `millrace://state/${encodeURIComponent(name)}#${++count}`
  return new Function(...parameters, `${body}\n//# sourceURL=${url}`) as F
}
