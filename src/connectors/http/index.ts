/**
 * `millrace/http`: records that others post, to be posted to others, of a feed by WebSocket (needs the package `ws`), and to browsers as server-sent events.
 *
 * @module
 */
export type { Secret } from '../secret.ts'
export type { BodyFormat } from './body.ts'
export { type EventFeed, type EventOptions, eventFeed } from './event-feed.ts'
export { type EventSinkOptions, eventSink } from './event-sink.ts'
export type { GateOptions } from './gate.ts'
export { type RecordInlet, httpHandler } from './handler.ts'
export type { ListenOptions } from './server.ts'
export { type HttpSinkOptions, httpSink } from './sink.ts'
export { type HttpIntakeOptions, type HttpSourceOptions, httpSource } from './source.ts'
export { type WebSocketOptions, webSocketSource } from './web-socket.ts'
