/** The parts of a record's way, in its order; then what belongs to no record. The meanings stand in docs/speed.md. */
export const STAGES = {
  make: 'the source makes it, with its event time',
  operate: 'functions of the job and operators without state',
  combine: 'the sending side of an aggregate adds it to a partial result',
  encode: 'written as bytes for another thread, and looked through for what cannot be written',
  cross: 'routed, gathered into batches, moved through rings and mailboxes, credit',
  decode: 'bytes of another thread read as columns or records',
  apply: 'state by key is read and changed: aggregates, windows, joins, keyed actors',
  time: 'watermarks and timers',
  snapshot: 'checkpoints: barriers, encoding, and all that the storage thread does',
  loop: "the worker's loop, the loops of chains, and code of a chain of which V8 does not know to which operator it belongs",
  gc: 'collections that stop the worker',
  idle: 'the worker waits for input, for credit or for other workers',
  other: 'everything else, with the app thread and the control thread',
} as const

export type Stage = keyof typeof STAGES

export const STAGE_NAMES = Object.keys(STAGES) as readonly Stage[]

/** `caller`: what the frame that called it is. `probe`: of measuring, counts for nothing. */
export type FrameStage = Stage | 'caller' | 'probe'
