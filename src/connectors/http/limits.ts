/** Bounds of what speaks HTTP, with their units. */

/** Of one request: its headers, its body, and the time in which the first and all of it must have come. */
export const HTTP_HEADER_BYTES_MAX = 16 * 1024
export const HTTP_BODY_BYTES_DEFAULT = 1024 * 1024
export const HTTP_HEADERS_MS_MAX = 5_000
export const HTTP_REQUEST_MS_DEFAULT = 10_000
/** How often a server looks for requests that take too long. */
export const HTTP_LOOK_MS = 1_000
/** Bytes of bodies that wait for the job; what comes beyond is told to come again. */
export const HTTP_WAITING_BYTES_DEFAULT = 16 * 1024 * 1024
/** Requests that wait for a checkpoint, or for the job, and connections of one server. */
export const HTTP_WAITING_REQUESTS_MAX = 1_000
export const HTTP_CONNECTIONS_MAX = 1_000
/** A request that is not acknowledged within so long is told to come again. */
export const HTTP_ACKNOWLEDGE_MS_DEFAULT = 30_000
/** What clients are told to wait. */
export const HTTP_RETRY_AFTER_SECONDS = 1
/** Keys of requests by which one that comes again is known, and the length of one. */
export const HTTP_KEYS_KEPT = 10_000
export const HTTP_KEY_CHARS_MAX = 255
/** How often a handler looks whether what it pushed is durable. */
export const HTTP_DURABLE_LOOK_MS = 20

/** Records of one request of a sink, how long it may take, and how often and with which pauses it is made. */
export const HTTP_SEND_RECORDS_DEFAULT = 500
export const HTTP_SEND_MS_DEFAULT = 10_000
export const HTTP_SEND_ATTEMPTS_DEFAULT = 8
export const HTTP_SEND_PAUSE_MS_MIN = 100
export const HTTP_SEND_PAUSE_MS_MAX = 10_000
/** The longest that a server can make a sink wait. */
export const HTTP_RETRY_AFTER_MS_MAX = 60_000
/** Of what a server answers, so much gets into the message of an error. */
export const HTTP_ANSWER_CHARS_MAX = 200

/** Of a feed by WebSocket: bytes of one message, of those that wait; silence after which it counts as dead; pauses before it is opened again. */
export const FEED_MESSAGE_BYTES_DEFAULT = 1024 * 1024
export const FEED_WAITING_BYTES_DEFAULT = 8 * 1024 * 1024
export const FEED_SILENCE_MS_DEFAULT = 30_000
export const FEED_RETRY_MS_DEFAULT = 60_000
export const FEED_PAUSE_MS_MIN = 100
export const FEED_PAUSE_MS_MAX = 10_000

/** Of events to browsers: clients; bytes that one has not taken, which lets it go; events kept for who comes back; pauses between signs of life. */
export const EVENT_CLIENTS_DEFAULT = 1_000
export const EVENT_CLIENT_BYTES_DEFAULT = 1024 * 1024
export const EVENTS_KEPT_DEFAULT = 1_000
export const EVENT_ALIVE_MS = 15_000
/** Connections that wait to be told that no more clients may follow. */
export const EVENT_CONNECTIONS_SPARE = 100
/** What clients have still to take when a feed ends, they have so long for. */
export const EVENT_LAST_MS = 2_000
/** Earlier lives of a feed whose ids are still known. */
export const EVENT_LIVES_KEPT = 16
