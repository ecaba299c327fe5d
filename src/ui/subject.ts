import type { CheckpointReport, RescaleReport, RunStats, SavepointReport } from '../control/protocol.ts'
import type { Plan } from '../graph/plan.ts'
import type { RunLog } from './run-log.ts'

/** The run that a dashboard is about, as its control thread has it. */
export interface UiSubject {
  /** Of the attempt that runs: another one after a change of the layout. */
  readonly plan: Plan
  readonly options: { readonly mailboxBytes: number; readonly workers: number }
  readonly log: RunLog
  stats(): Promise<RunStats>
  /** @throws MillraceError MR_CHECKPOINT_FAILED */
  checkpoint(): Promise<CheckpointReport>
  /** @throws MillraceError MR_CHECKPOINT_FAILED, MR_STATE_DIR_INVALID */
  savepoint(dir: string): Promise<SavepointReport>
  /** @throws MillraceError MR_OPTION_INVALID, MR_RESCALE_IMPOSSIBLE, MR_CHECKPOINT_FAILED */
  rescale(operator: string, instances: number): Promise<RescaleReport>
  stop(drain: boolean): void
}
