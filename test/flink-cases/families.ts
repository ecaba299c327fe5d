import type { Family, FlinkCase } from './case.ts'
import { ALIGNMENT_CASES } from './cases/alignment.ts'
import { IDLENESS_CASES } from './cases/idleness.ts'
import { INTERVAL_JOIN_CASES } from './cases/interval-join.ts'
import { SESSION_CASES } from './cases/session.ts'
import { TIMER_CASES } from './cases/timer.ts'
import { TRIGGER_CASES } from './cases/trigger.ts'
import { TTL_CASES } from './cases/ttl.ts'
import { WINDOW_CASES } from './cases/window.ts'

/** Cases by what they are about. */
export const CASES: Readonly<Record<Family, readonly FlinkCase[]>> = {
  window: WINDOW_CASES,
  session: SESSION_CASES,
  trigger: TRIGGER_CASES,
  'interval join': INTERVAL_JOIN_CASES,
  timer: TIMER_CASES,
  idleness: IDLENESS_CASES,
  alignment: ALIGNMENT_CASES,
  TTL: TTL_CASES,
}

/** Families whose operator does not exist yet: they have cases as soon as it does. */
export const PENDING: readonly Family[] = []
