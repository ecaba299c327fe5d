import { expect, test } from 'vitest'
import { StateReport } from '../../../src/app/state-report.ts'
import { Prng } from '../../../src/core/prng.ts'
import { openCheckpointStore } from '../../../src/storage/checkpoint-store.ts'
import { CHUNKS, MANIFESTS, openEnvironment } from '../../../src/storage/environment.ts'
import { temporaryDir } from '../../engine/run-job.ts'
import { head, snapshots } from '../../storage/plain-fixtures.ts'

const DAMAGES = 300

/** Changes one record of the database and gives a way back. */
function damage(bytes: Uint8Array, chance: Prng): Uint8Array | null {
  const kind = chance.nextInt(4)
  if (kind === 0) return null
  if (kind === 1) return bytes.slice(0, chance.nextInt(bytes.length))
  if (kind === 2) return Buffer.concat([bytes, Buffer.from([chance.nextInt(256)])])
  const at = chance.nextInt(bytes.length)
  return bytes.with(at, bytes[at]! ^ (1 << chance.nextInt(8)))
}

test(`${DAMAGES} damaged chunks and manifests are all found, and nothing else is`, async () => {
  const dir = temporaryDir()
  const store = openCheckpointStore({ dir, retained: 3 })
  for (const id of [1, 2, 3]) await store.commit(head(id), snapshots(id))
  await store.close()
  const environment = openEnvironment(dir, 'read-write')
  const report = new StateReport(dir)
  const verdicts = (): Map<number, number> => new Map([...report.verify()].map(({ id, damage: found }) => [id, found.length]))
  const whole = [1, 2, 3].map((id) => [id, 0])
  expect([...verdicts()]).toEqual(whole)
  const keys = [...environment.getKeys(CHUNKS), ...environment.getKeys(MANIFESTS)]
  const chance = new Prng('damage')
  for (let n = 0; n < DAMAGES; n++) {
    const key = keys[chance.nextInt(keys.length)]!
    const bytes = Uint8Array.from(environment.getBinary(key)!)
    const changed = damage(bytes, chance)
    environment.transactionSync(() => void (changed === null ? environment.removeSync(key) : environment.putSync(key, changed)))
    const found = verdicts()
    const id = key[1] as number
    // A manifest that is gone leaves no trace but its chunks.
    if (key[0] === 'manifest' && changed === null) expect(found.has(id)).toBe(false)
    else expect(found.get(id)).toBe(1)
    for (const [other, count] of found) if (other !== id) expect(count).toBe(0)
    environment.transactionSync(() => void environment.putSync(key, bytes))
  }
  expect([...verdicts()]).toEqual(whole)
  await report.close()
  await environment.close()
})
