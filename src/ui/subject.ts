import type { CheckpointReport, RunStats, SavepointReport } from '../control/protocol.ts'
import type { Plan } from '../graph/plan.ts'
import type { RunLog } from './run-log.ts'

/** The run that a dashboard is about, as its control thread has it. */
export interface UiSubject {
  readonly plan: Plan
  readonly options: { readonly mailboxBytes: number; readonly workers: number }
  readonly log: RunLog
  stats(): Promise<RunStats>
  /** @throws MillraceError MR_CHECKPOINT_FAILED */
  checkpoint(): Promise<CheckpointReport>
  /** @throws MillraceError MR_CHECKPOINT_FAILED, MR_STATE_DIR_INVALID */
  savepoint(dir: string): Promise<SavepointReport>
  stop(drain: boolean): void
}
