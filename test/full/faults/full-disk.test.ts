import { join } from 'node:path'
import { expect, test } from 'vitest'
import { audit, lookAt } from '../../faults/ledger.ts'
import { Victim } from '../../faults/victim.ts'
import { temporaryDir } from '../../sinks/temporary-dir.ts'

/** No file may be larger: writes beyond fail, at another one of a checkpoint's writes each time. */
const LIMITS_KB = [24, 28, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 256]

test.skipIf(process.platform === 'win32')('the disk is full at one write of a checkpoint after the other: 0 lost, 0 repeated', async () => {
  const dir = temporaryDir()
  let [failed, refused] = [0, 0]
  for (const limit of LIMITS_KB) {
    const victim = new Victim({ dir, stateDir: join(dir, 'state'), rowsPerSecond: 2_000, shell: `ulimit -f ${limit}` })
    await victim.started()
    await victim.until(() => victim.counts['checkpoint-failed']! > 1 || victim.counts['checkpoint']! > 3)
    if (victim.hasEnded) refused++
    victim.kill()
    await victim.ended
    failed += victim.counts['checkpoint-failed']!
    expect(lookAt(dir)).toMatchObject({ repeated: 0 })
  }
  const last = new Victim({ dir, stateDir: join(dir, 'state'), rowsPerSecond: 2_000 })
  await last.started()
  await last.checkpoints(1)
  expect(await last.stop(true)).toMatchObject({ outcome: 'finished' })
  const ledger = audit(dir)
  console.log(`full disk: ${failed} checkpoints failed, ${refused} launches refused; ${JSON.stringify(ledger)}`)
  expect(failed + refused).toBeGreaterThan(0)
  expect(ledger).toMatchObject({ lost: 0, repeated: 0, wrong: 0 })
})
