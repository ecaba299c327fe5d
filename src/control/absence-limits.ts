/** Threads in a row that could not load the job, though one before them could, after which their worker is away. */
export const WORKER_START_TRIES_MAX = 3
/** Pauses between tries to get a thread for a worker that is away: the first, doubled each time, and the longest. */
export const WORKER_RETRY_MS_MIN = 5_000
export const WORKER_RETRY_MS_MAX = 300_000
