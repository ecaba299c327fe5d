import { workerData } from 'node:worker_threads'
import { setThreadRole } from '../core/thread-role.ts'
import { printFromThisThread } from '../worker/sync-console.ts'
import type { ControlTask } from './protocol.ts'
import { ThreadHost } from './thread-host.ts'

const task = workerData as ControlTask
setThreadRole({ role: 'control', jobUrl: task.jobUrl })
printFromThisThread()
void new ThreadHost(task).run()
