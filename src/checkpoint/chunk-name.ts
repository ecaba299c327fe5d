/** What the name of a chunk says of it: `operator/scope/id`, or `operator/what/scope/id`. */

/** Name of the operator that a chunk belongs to. */
export function operatorOfChunk(name: string): string {
  const end = name.indexOf('/')
  return end === -1 ? name : name.slice(0, end)
}

export function scopeOfChunk(name: string): string {
  return name.split('/').at(-2) ?? ''
}

/** True for how far an operator was in time, which is no state of its own. */
export function isTime(name: string): boolean {
  const scope = scopeOfChunk(name)
  return scope === 'time' || scope === 'splitTime'
}
