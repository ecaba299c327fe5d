/** Bounds of a turn of a worker, and of who has it: further lines of src/limits.ts. */

/** Levels of static priority that a worker tells apart: its lowest ones count as one beyond. */
export const STATIC_PRIORITY_LEVELS_MAX = 8
/** Of what others take, each lower level that is ready gets so much: a little more than the twentieth that is promised, since steps do not end when one wants. */
export const STATIC_PRIORITY_SHARE_MIN = 1 / 16
/** A step that took long keeps its level waiting for no more than this by the share above. */
export const STATIC_PRIORITY_DEBT_MS_MAX = 20
/** Niceness of the worker threads of a job with low priority: beside a thread of usual priority that wants all of a core, Linux gives such a one a tenth of it (110 of 1,024 parts). */
export const LOW_PRIORITY_NICENESS = 10
/** Where threads have no priorities: share of the time that turns of a worker of low priority keep whatever others do (in these it has to share a core with them as well), and its shortest pause. */
export const BOARD_SHARE_MIN = 1 / 8
export const BOARD_PAUSE_MS_MIN = 1
/** Moments that are remembered of what a mailbox has received, to tell how long the oldest has waited. */
export const INPUT_LAG_MOMENTS_MAX = 64
/** Actors that lack credit which a worker asks again when a turn of its loop begins, and after each step of another; before it sleeps it asks all. */
export const BLOCKED_PER_TURN = 32
export const BLOCKED_PER_STEP = 4
/** Least bytes that a channel may have in flight while what is in flight follows the rate of its actor. */
export const WINDOW_BYTES_MIN = 2 * 1024
/** Time between two looks at that rate. */
export const WINDOW_LOOK_MS = 100
/** What is in flight to an actor is to be processed in this time, unless it is said otherwise. */
export const MAILBOX_DRAIN_MS_DEFAULT = 100
