import type { FailureData } from '../../core/failure.ts'

/**
 * Working state: rows of operators whose state is larger than their memory. `table` is the number of the actor.
 *
 * ```
 *  worker --working-write--> storage
 *  worker --working-ask--> storage --working-rows--> worker
 * ```
 *
 * What the bytes are says src/state/working/working-store.ts. A snapshot that has a working chunk stands for the rows as they are when it comes.
 */
export type WorkingMessage =
  | { readonly type: 'working-write'; readonly attempt: number; readonly table: number; readonly rows: Uint8Array }
  | { readonly type: 'working-ask'; readonly attempt: number; readonly table: number; readonly request: number; readonly keys: Uint8Array }

/** With a failure there are no rows. */
export interface WorkingAnswer {
  readonly type: 'working-rows'
  readonly request: number
  readonly rows: Uint8Array
  readonly failure: FailureData | null
}
