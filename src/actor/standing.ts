import type { Clock } from '../core/clock.ts'
import type { ActorState } from './actor-parts.ts'
import type { Mailbox } from '../channel/mailbox.ts'
import { Alignment } from './alignment.ts'

/** Where an actor stands between its channels and its checkpoints, whatever becomes of its operators. */
export class Standing {
  readonly alignment: Alignment
  state: ActorState = 'running'
  /** Checkpoint that a source has to take part in, or 0. */
  barrierDue = 0
  /** Checkpoint whose barrier came while an operator was not ready for it, or 0; a channel that ended and waits for it, or -1. */
  snapshotDue = 0
  endDue = -1
  /** Nothing more is read after it: the run stops with it. */
  barrierIsLast = false
  paused = false
  /** The last step called what was due by the clock: now it is the turn of frames, which a timer that is always due must not keep out. */
  keptTime = false
  /** Operator whose last results come next while ending; all of them have ended, and receivers know. */
  ending = 0
  hasEnded = false

  constructor(channels: number, clock: Clock) {
    this.alignment = new Alignment(channels, clock)
  }

  /** A channel brought a barrier. True when it was the last one: the snapshot is due. */
  barrier(mailbox: Mailbox, channel: number, checkpointId: number): boolean {
    const result = this.alignment.barrier(channel, checkpointId)
    if (result === 'stale') return false
    if (result !== 'wait') mailbox.releaseAll()
    if (result !== 'complete') mailbox.hold(channel)
    return result === 'complete'
  }
}
