import { extname } from 'node:path'
import { MessageChannel, Worker, receiveMessageOnPort } from 'node:worker_threads'
import { canonicalKey } from '../core/key.ts'
import type { Key } from '../core/key-hash.ts'
import { reviveError } from '../core/failure.ts'
import { MillraceError } from '../errors.ts'
import type { ForgottenState } from '../storage/forget-key.ts'
import { createHandshake } from '../storage/handshake.ts'
import type { StorageToControl } from '../storage/protocol.ts'
import { existingStateDir } from '../storage/state-dir.ts'

/**
 * Removes the state of one key from all checkpoints of a state directory that no run uses. All of it is gone when this resolves, or nothing: it is one transaction.
 *
 * @param operator the only one to look at; all if left out
 * @throws MillraceError MR_STATE_MISSING, MR_STATE_DIR_LOCKED, MR_STATE_DIR_INVALID, MR_STATE_CORRUPT (then nothing is certain about what damaged checkpoints hold),
 *   MR_STATE_INCOMPATIBLE, MR_KEY_INVALID, MR_OPTION_INVALID for an operator that no checkpoint has
 */
export async function forgetKey(dir: string, key: Key, operator?: string): Promise<ForgottenState> {
  canonicalKey(key)
  const { port1, port2 } = new MessageChannel()
  const workerData = { stateDir: existingStateDir(dir), handshake: createHandshake(), controlPort: port2 }
  const entry = new URL(`../storage/entry${extname(import.meta.url)}`, import.meta.url)
  const thread = new Worker(entry, { workerData, transferList: [port2] })
  const ended = new Promise<void>((resolve) => void thread.once('exit', () => resolve()))
  try {
    return await new Promise<ForgottenState>((resolve, reject) => {
      thread.once('error', reject)
      const hear = (message: StorageToControl): void => {
        if (message.type === 'opened') port1.postMessage({ type: 'forget-key', key, operator: operator ?? null })
        else if (message.type === 'key-forgotten') resolve(message.report)
        else if (message.type === 'open-failed' || message.type === 'forget-key-failed') reject(reviveError(message.failure))
      }
      port1.on('message', hear)
      void ended.then(() => {
        // What it said last may not have been delivered yet.
        for (let last = receiveMessageOnPort(port1); last !== undefined; last = receiveMessageOnPort(port1))
          hear(last.message as StorageToControl)
        reject(new MillraceError('MR_STORAGE_LOST', 'The storage thread ended before it had answered'))
      })
    })
  } finally {
    port1.postMessage({ type: 'close' })
    await ended
    port1.close()
  }
}
