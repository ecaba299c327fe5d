import type { ActorChunk } from '../actor/actor-parts.ts'
import { MillraceError } from '../errors.ts'

/** `operator/scope/id`: names a chunk within a checkpoint, whoever wrote it, so that state finds its operator at another parallelism. */
export function chunkKey(operator: string, { scope, id }: Pick<ActorChunk, 'scope' | 'id'>): string {
  return `${operator}/${scope}/${id}`
}

/** What a chunk's key says. */
export interface ChunkPlace {
  readonly operator: string
  readonly scope: ActorChunk['scope']
  readonly id: number
}

export function parseChunkKey(key: string): ChunkPlace {
  const match = /^(.*)\/(group|split|instance|all|time|splitTime)\/(\d+)$/s.exec(key)
  if (match === null)
    throw new MillraceError('MR_STATE_CORRUPT', `A checkpoint holds a chunk named ${JSON.stringify(key)}, which is no state of an operator`)
  return { operator: match[1]!, scope: match[2] as ChunkPlace['scope'], id: Number(match[3]) }
}

/** State beside that of an operator is named after it: `operator/what`. */
export function operatorOf(name: string): string {
  const end = name.indexOf('/')
  return end === -1 ? name : name.slice(0, end)
}
