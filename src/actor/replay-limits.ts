/** Bytes that the logs of one worker's actors keep by default, where actors may restart alone. */
export const RETAINED_BYTES_DEFAULT = 64 * 1024 * 1024
/** Share of them at which a checkpoint is asked for. */
export const RETAINED_SHARE_ASKING = 0.75
/** What one logged call counts besides its batch. */
export const LOGGED_CALL_BYTES = 64
