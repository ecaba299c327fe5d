import { operatorOfChunk } from '../checkpoint/chunk-name.ts'
import { refsOf } from '../checkpoint/retention.ts'
import type { Key } from '../core/key-hash.ts'
import { MillraceError } from '../errors.ts'
import type { CheckpointStore } from './checkpoint-store.ts'
import { type ForgottenState, KeyForgetting } from './forget-key.ts'

/**
 * Removes the state of a key from every checkpoint of a store, in one transaction.
 *
 * @param operator null: of all
 * @throws MillraceError MR_STATE_CORRUPT, MR_STATE_INCOMPATIBLE, MR_CHECKPOINT_FAILED, MR_OPTION_INVALID; nothing has changed then
 */
export function forgetKey(store: CheckpointStore, key: Key, operator: string | null): ForgottenState {
  const checkpoints = store.list()
  const known = new Set(checkpoints.flatMap((manifest) => [...refsOf(manifest)].map((ref) => operatorOfChunk(ref.key))))
  if (operator !== null && !known.has(operator))
    throw new MillraceError(
      'MR_OPTION_INVALID',
      `No checkpoint has state of an operator "${operator}". There are: ${[...known].join(', ') || 'none'}`,
    )
  const forgetting = new KeyForgetting(key, operator)
  store.rewrite((name, bytes) => forgetting.change(name, bytes))
  return forgetting.report(checkpoints.length)
}
