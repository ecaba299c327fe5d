/** Bounds of the dashboard. */

/** Time between two looks at a run that somebody watches on its dashboard, and while nobody does. */
export const UI_LOOK_MS = 1_000
export const UI_IDLE_LOOK_MS = 5_000
/** Looks that somebody asks for are at least so far apart: rates over less say little. */
export const UI_LOOK_PAUSE_MS = 250
/** Points of the dashboard's charts: ten minutes of a run that is watched. */
export const UI_POINTS_MAX = 600
/** Actors of one worker that a picture names; of more, the busiest. */
export const UI_ACTORS_SHOWN_MAX = 64
/** Restarts, checkpoints and the like that a run remembers for whoever opens its dashboard later. */
export const UI_LOG_ENTRIES_MAX = 200
/** Connections to a dashboard's server; those that follow live data among them. */
export const UI_CONNECTIONS_MAX = 64
export const UI_STREAMS_MAX = 16
/** What a client of live data has not taken; one that is further behind is let go. */
export const UI_STREAM_BACKLOG_BYTES_MAX = 1024 * 1024
/** A request to a dashboard's server: its headers, its address, its body; and the time in which its headers, and all of it, must have come. */
export const UI_HEADER_BYTES_MAX = 8 * 1024
export const UI_URL_CHARS_MAX = 2 * 1024
export const UI_BODY_BYTES_MAX = 4 * 1024
export const UI_HEADERS_MS_MAX = 5_000
export const UI_REQUEST_MS_MAX = 10_000
/** Characters of a token that somebody chooses. */
export const UI_TOKEN_CHARS_MIN = 16
