/**
 * Entry of a storage thread that notes what each transaction leaves: before each one begins, copies of all databases, `<number>-<folder>.mdb` in MILLRACE_TEST_RECORD. They are
 * still then: transactions run on this thread, one after the other, and LMDB has said that the last one is on disk.
 */
import { EventEmitter } from 'node:events'
import { copyFileSync } from 'node:fs'
import { basename, join } from 'node:path'

const record = process.env['MILLRACE_TEST_RECORD']!
const known = new Set<string>()
let recorded = 0

const { emit } = EventEmitter.prototype
EventEmitter.prototype.emit = function (this: EventEmitter & { readonly env?: { readonly path: string } }, event, ...rest) {
  if (event === 'begin-transaction' && this.env !== undefined) {
    known.add(this.env.path)
    const number = String(recorded++).padStart(4, '0')
    for (const path of known) copyFileSync(join(path, 'data.mdb'), join(record, `${number}-${basename(path)}.mdb`))
  }
  return emit.call(this, event, ...rest)
}
await import('../../../src/storage/entry.ts')
