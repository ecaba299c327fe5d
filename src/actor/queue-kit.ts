/**
 * For operators that hold records back.
 */
export { CallQueue } from '../time/call-queue.ts'
export { PriorityBuffer } from '../time/priority-buffer.ts'
export { TimeBuffer } from '../time/time-buffer.ts'
export { TimeList } from '../time/time-list.ts'
export { TimerQueue } from '../time/timer-queue.ts'
