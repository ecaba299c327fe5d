/** Time, for operators that need no other kit: every worker would read the modules of a kit at its start. */
export { type Clock, wallMsAt } from '../core/clock.ts'
