import { expect, test } from 'vitest'
import { inletSource } from '../../actors/inlet-source.ts'
import type { InletNotice, OperatorContext } from '../../src/actor/contract.ts'
import { RecordBatch } from '../../src/channel/batches.ts'

function source() {
  const notices: InletNotice[] = []
  const context = {
    operator: 'orders',
    run: () => {},
    notify: (notice: InletNotice) => void notices.push(notice),
  } as unknown as OperatorContext
  const actor = inletSource.create!({}, context)
  const read = (count: number): boolean => actor.processBatch!(new RecordBatch(new Array<number>(count).fill(0), null))
  return { actor, notices, read }
}

test('an inlet calls durable what the completed checkpoint holds, not what was read by its end meanwhile', () => {
  const { actor, notices, read } = source()
  read(5)
  actor.snapshot!(1)
  read(7)
  actor.snapshot!(0)
  void actor.onCheckpointComplete!(1, 0, { bytes: 0, newBytes: 0 })
  expect(notices).toEqual([{ inlet: 'orders', position: 5, event: 'committed' }])
  void actor.onCheckpointComplete!(2, 0, { bytes: 0, newBytes: 0 })
  expect(notices.at(-1)).toEqual({ inlet: 'orders', position: 12, event: 'committed' })
})
