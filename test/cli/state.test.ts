import { join } from 'node:path'
import { expect, test } from 'vitest'
import { listCommand, showCommand, verifyCommand } from '../../src/cli/state/state-commands.ts'
import { openEnvironment } from '../../src/storage/environment.ts'
import { temporaryDir } from '../engine/run-job.ts'
import { unpackState } from '../storage/state-fixture.ts'

const TEXT = { json: false }
const JSON_FLAG = { json: true }

test('ls, show and verify tell what is in a state directory of release 0.1.0, as text and as JSON', async () => {
  const state = unpackState(temporaryDir())
  const list = await listCommand(state, TEXT)
  expect(list.exitCode).toBe(0)
  expect(list.text.split('\n').slice(0, 3).join('\n')).toMatch(
    /^id +status +taken +size +chunks +job\n 1 +complete +20\S+Z +898 B +10 +ledger\n 2 +complete/,
  )
  expect(JSON.parse((await listCommand(state, JSON_FLAG)).text)).toMatchObject([
    { id: 1, status: 'complete', jobName: 'ledger', chunks: 10, bytes: 898 },
    { id: 2, status: 'complete' },
  ])
  expect((await showCommand(state, undefined, TEXT)).text).toMatch(/checkpoint +2\n[^]*balances +scan +9 +885 B/)
  expect(JSON.parse((await showCommand(state, '1', JSON_FLAG)).text)).toMatchObject({ id: 1, lineage: 'ledger-1', origin: null })
  expect(await verifyCommand(state, TEXT)).toEqual({ text: 'checkpoint 1  whole\ncheckpoint 2  whole\n', exitCode: 0 })
  await expect(showCommand(state, '7', TEXT)).rejects.toThrow(/no complete checkpoint 7. There are: 1, 2/)
  for (const id of ['../1', '1/../2', '-1', '0', '1e3', ''])
    await expect(showCommand(state, id, TEXT)).rejects.toThrow(/is no id of a checkpoint/)
  await expect(listCommand(join(state, 'nothing'), TEXT)).rejects.toMatchObject({ code: 'MR_STATE_MISSING' })
})

test('verify names what is damaged, with exit code 1', async () => {
  const state = unpackState(temporaryDir())
  const environment = openEnvironment(state, 'read-write')
  environment.transactionSync(() => {
    environment.removeSync(['chunk', 2, 0])
    environment.putSync(['manifest', 1], Buffer.from('{}'))
  })
  await environment.close()
  const { text, exitCode } = await verifyCommand(state, TEXT)
  expect(exitCode).toBe(1)
  expect(text).toMatch(
    /checkpoint 1 {2}1 damaged piece\n {2}The manifest of checkpoint 1 is damaged[^]*checkpoint 2 {2}1 damaged piece\n {2}Chunk "\S+" of actor .* is missing/,
  )
  expect((await listCommand(state, TEXT)).text).toMatch(/1 +damaged/)
})
