import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { WebSocketServer, type WebSocket } from 'ws'
import { FeedConnection } from '../../../src/connectors/http/feed-connection.ts'

const closing: (() => unknown)[] = []
afterEach(() => closing.splice(0).forEach((close) => close()))

/** A connection to a feed that does what it is told with each connection, and how many there were. */
async function follow(serve: (socket: WebSocket, n: number) => void, settings: object) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  let connections = 0
  server.on('connection', (socket) => serve(socket, ++connections))
  const bounds = { messageBytes: 1_000, waitingBytes: 1_000, silenceMs: 6_000, retryMs: 60_000 }
  const { port } = server.address() as { port: number }
  const said = { url: `ws://127.0.0.1:${port}/`, protocols: [], headers: {}, greet: () => [] }
  const feed = new FeedConnection({ ...said, ...bounds, endsWhenClosed: false, ...settings }, () => {})
  closing.push(
    () => feed.close(),
    () => server.close(),
  )
  await feed.open()
  return { feed, connections: () => connections }
}

test('a feed that has ended is not opened again', async () => {
  const { feed, connections } = await follow((socket) => socket.close(1000), { endsWhenClosed: true })
  while (!feed.isOver) await sleep(5)
  await sleep(500)
  expect(connections()).toBe(1)
})

test('a feed that says nothing and answers pings is there: when it is lost, it has all of retryMs to come again', async () => {
  const { feed, connections } = await follow((socket, n) => n === 1 && socket.on('ping', () => socket.close(1001)), { retryMs: 1_000 })
  while (connections() < 2) {
    expect(feed.take()).toBeNull()
    await sleep(5)
  }
})
