import { parentPort } from 'node:worker_threads'
import { describeError } from '../../src/core/failure.ts'
import { MillraceError } from '../../src/errors.ts'

const error = new MillraceError('MR_OPERATOR_FAILED', 'failed', {
  operator: 'parse',
  site: 'job.ts:3:1',
  cause: new RangeError('out of range'),
})
parentPort!.postMessage(describeError(error))
