import { KEY_HASH_VERSION, type Key, hashKey } from '../core/key-hash.ts'
import type { Manifest } from '../checkpoint/manifest.ts'
import { MillraceError } from '../errors.ts'
import { shownState } from '../state/stored-view.ts'
import { type CheckpointReader, openCheckpointReader } from '../storage/checkpoint-reader.ts'
import { chunkKey, parseChunkKey } from '../worker/chunk-place.ts'
import { stateNamesIn, storedIn } from '../worker/stored-state.ts'
import { existingStateDir } from '../storage/state-dir.ts'

export function openedCheckpoint(dir: string, id: number | undefined): OpenedCheckpoint {
  const reader = openCheckpointReader(existingStateDir(dir))
  try {
    const manifest = id === undefined ? reader.latest() : reader.readManifest(id)
    if (manifest === undefined) throw new MillraceError('MR_STATE_DIR_INVALID', `There is no complete checkpoint in ${dir}`)
    if (manifest.keyHashVersion !== KEY_HASH_VERSION) {
      const text = `Checkpoint ${manifest.id} has key hash version ${manifest.keyHashVersion}; this millrace reads ${KEY_HASH_VERSION}`
      throw new MillraceError('MR_STATE_INCOMPATIBLE', text)
    }
    return new OpenedCheckpoint(reader, manifest)
  } catch (error) {
    void reader.close()
    throw error
  }
}

/** A complete checkpoint, for reading. */
export class OpenedCheckpoint {
  readonly #reader: CheckpointReader
  readonly #manifest: Manifest

  /** @internal */
  constructor(reader: CheckpointReader, manifest: Manifest) {
    this.#reader = reader
    this.#manifest = manifest
  }

  get id(): number {
    return this.#manifest.id
  }

  /** Milliseconds since 1970. */
  get createdMs(): number {
    return this.#manifest.createdMs
  }

  get jobName(): string {
    return this.#manifest.jobName
  }

  /** Names of the operators that have state by key in it. */
  get operators(): string[] {
    const places = this.#manifest.actors.flatMap(({ chunks }) => chunks.map(({ key }) => parseChunkKey(key)))
    return [...new Set(places.filter(({ scope }) => scope === 'group').map(({ operator }) => operator))]
  }

  /**
   * What an operator kept for a key under a name: a value, an array (list), a Map (map), the accumulator (aggregating). Undefined where it kept nothing.
   *
   * @throws MillraceError MR_STATE_UNKNOWN for an operator or a state of which the checkpoint holds nothing at all; MR_KEY_INVALID, MR_STATE_CORRUPT;
   *   MR_CHECKPOINT_GONE when a run that goes on has removed it since it was opened
   */
  get<V = unknown>(operator: string, state: string, key: Key): V | undefined {
    const group = hashKey(key) % this.#manifest.keyGroups
    const stored = storedIn([...this.#chunks(chunkKey(operator, { scope: 'group', id: group }))], state, key)
    if (stored === undefined) this.#requireState(operator, state)
    return shownState(stored, null) as V | undefined
  }

  /** Idempotent. */
  async close(): Promise<void> {
    await this.#reader.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  /** Tells a key without a value from a name that is wrong. */
  #requireState(operator: string, state: string): void {
    const { operators } = this
    if (!operators.includes(operator)) {
      const text = `Checkpoint ${this.id} has no state by key of an operator "${operator}". It has some of: ${operators.join(', ') || 'none'}`
      throw new MillraceError('MR_STATE_UNKNOWN', text)
    }
    const names = new Set<string>()
    for (const bytes of this.#chunks(`${operator}/group/`)) {
      for (const name of stateNamesIn(bytes)) names.add(name)
      if (names.has(state)) return
    }
    const text = `Checkpoint ${this.id} has no state "${state}" of "${operator}". It has: ${[...names].join(', ') || 'none'}`
    throw new MillraceError('MR_STATE_UNKNOWN', text)
  }

  /** Bytes of the chunks with this key, or whose keys begin with it where it ends with a slash. */
  *#chunks(wanted: string): Generator<Uint8Array> {
    const isWanted = wanted.endsWith('/') ? (key: string) => key.startsWith(wanted) : (key: string) => key === wanted
    for (const { bytes } of this.#reader.readChunks(this.#manifest, ({ key }) => isWanted(key))) yield bytes
  }
}
