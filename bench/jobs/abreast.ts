/** Instances of the source read abreast: a window waits for the last of them, and the records of the others with it. */
export const alignment = { group: 'events', maxDriftMs: 20_000 }
