import { MillraceError } from '../errors.ts'
import { STATE_CACHE_BYTES_DEFAULT, STATE_CACHE_BYTES_MIN } from '../limits.ts'
import type { StateBackend } from '../state/working/working-store.ts'
import type { Graph, OperatorNode } from './graph.ts'

/**
 * Where state by key is kept: in the memory of the workers, or, with 'lmdb', in a database on disk of which `cacheBytes` (default 64 MiB) are in the memory of each
 * instance. Checkpoints are the same.
 */
export type BackendOption = 'memory' | 'lmdb' | { readonly type: 'memory' } | { readonly type: 'lmdb'; readonly cacheBytes?: number }

/** Kinds of operators that can have their state elsewhere than in memory. */
const CHOOSING = new Set([
  'process',
  'scan',
  'reduce',
  'distinct',
  'aggregate',
  'window',
  'windowPanes',
  'sessionMerge',
  'windowJoin',
  'intervalJoin',
  'joinLatest',
  'joinTemporal',
])

/** False as well for an operator over all records: a row is fetched and written as a whole, and it would have a single one. */
export function canChoose({ kind, spec }: Pick<OperatorNode, 'kind' | 'spec'>): boolean {
  return CHOOSING.has(kind) && spec['key'] !== null
}

const IN_MEMORY: StateBackend = { type: 'memory' }

/** @throws MillraceError MR_OPTION_INVALID */
export function checkBackend(option: BackendOption | undefined, site?: string): StateBackend | null {
  if (option === undefined) return null
  const { type, cacheBytes, ...others } = (typeof option === 'string' ? { type: option } : (option ?? {})) as Record<string, unknown>
  const refuse = (what: string): never => {
    throw new MillraceError('MR_OPTION_INVALID', what, site === undefined ? {} : { site })
  }
  const unknown = Object.keys(others)[0]
  if (unknown !== undefined) refuse(`backend has no option "${unknown}". Options: type, cacheBytes`)
  if (type !== 'memory' && type !== 'lmdb') refuse(`backend=${JSON.stringify(option)} is not one of 'memory', 'lmdb', { type, cacheBytes }`)
  if (type === 'memory')
    return cacheBytes === undefined ? IN_MEMORY : refuse("backend 'memory' has no cacheBytes: all of its state is in memory")
  if (cacheBytes !== undefined && !(Number.isSafeInteger(cacheBytes) && (cacheBytes as number) >= STATE_CACHE_BYTES_MIN))
    refuse(`backend.cacheBytes=${String(cacheBytes)} is not an integer of at least ${STATE_CACHE_BYTES_MIN}`)
  return { type: 'lmdb', cacheBytes: (cacheBytes as number | undefined) ?? STATE_CACHE_BYTES_DEFAULT }
}

/** @throws MillraceError MR_OPTION_INVALID where an operator is told to have its state where it cannot */
export function requireChoice(node: Pick<OperatorNode, 'kind' | 'spec'>, backend: StateBackend | null, site: string): void {
  if (backend?.type !== 'lmdb' || canChoose(node)) return
  throw new MillraceError(
    'MR_OPTION_INVALID',
    `backend: 'lmdb' is not possible for this operator (${node.kind}): what it keeps is not divided by key, and is in memory`,
    { site },
  )
}

/** Where an operator keeps its state: what it says itself, else the run, else the job. Operators without a choice have it in memory. */
export function backendOf(node: OperatorNode, graph: Graph, run: StateBackend | null): StateBackend {
  if (!canChoose(node)) return IN_MEMORY
  return node.backend ?? run ?? graph.backend ?? IN_MEMORY
}
