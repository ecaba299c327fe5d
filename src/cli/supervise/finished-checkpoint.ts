import { existsSync } from 'node:fs'

/**
 * Id of the newest checkpoint of a state directory if its job has finished with it; 0 if not, or where nothing can be read. To be called while no process uses the directory.
 */
export async function finishedCheckpoint(stateDir: string): Promise<number> {
  if (!existsSync(stateDir)) return 0
  try {
    // The database is native code: a parent that is never asked does without it.
    const { StateReport } = await import('../../app/state-report.ts')
    const report = new StateReport(stateDir)
    try {
      const newest = report.list().at(-1)
      return newest?.status === 'finished' ? newest.id : 0
    } finally {
      await report.close()
    }
  } catch {
    // The next process says what is wrong with it.
    return 0
  }
}
