/** Run by cut-off.test: looks into each directory that is given as who only reads does, and prints a line for each. */
import { writeSync } from 'node:fs'
import { StateReport } from '../../src/app/state-report.ts'
import { openTable } from '../../src/index.ts'

for (const argument of process.argv.slice(2)) {
  const [kind, dir] = argument.split('=') as [string, string]
  try {
    const found = kind === 'state' ? [...new StateReport(dir).verify()].length : [...(await openTable(dir)).rows()].length
    writeSync(1, `fine ${found}\n`)
  } catch (error) {
    writeSync(1, `${(error as { code?: string }).code} ${(error as Error).message}\n`)
  }
}
