/**
 * For the operator that runs actors of the user: their states, timers and what may be undone.
 */
export type { ImageGroup } from '../state/table-image.ts'
export type { KeyedStateBackend, StateReading } from '../state/keyed-backend.ts'
export { decodeKeys, encodeKeys } from '../state/key-chunk.ts'
export { MemoryBackend, type MemoryImage } from '../state/memory-backend.ts'
export { NewerKeys } from '../state/newer-keys.ts'
export { openStates } from '../state/open-states.ts'
export { StateJournal } from '../state/state-journal.ts'
export { CLOSED, NO_KEY, StateScope, refuseAccess } from '../state/state-scope.ts'
export type { StateSpecs } from '../state/state-specs.ts'
export { TimersImage, loadTimers, saveTimers } from '../time/timer-chunks.ts'
export { Timers } from '../time/timers.ts'
