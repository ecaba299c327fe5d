/** Keys whose frequency is followed in one actor, and samples after which the older ones count half. */
export const HOT_KEYS_TRACKED = 64
export const HOT_KEY_SAMPLES_REMEMBERED = 16_384
/** One record is looked at in one of so many batches. */
export const HOT_KEY_BATCHES = 4
/** Hot keys that are told of one operator, and the share from which on a key is hot, whatever the error. */
export const HOT_KEYS_SHOWN = 10
export const HOT_KEY_SHARE_MIN = 0.01
