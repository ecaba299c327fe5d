import { type Socket, connect } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { UI_CONNECTIONS_MAX, UI_HEADER_BYTES_MAX, UI_STREAMS_MAX } from '../../../src/ui/ui-limits.ts'
import { type Board, board, say } from '../../ui/board.ts'

function dial({ port }: Board, text: string): { readonly socket: Socket; readonly ended: Promise<string> } {
  const socket = connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  let heard = ''
  socket.setEncoding('utf8').on('data', (part: string) => (heard += part))
  const ended = new Promise<string>((resolve) => {
    socket.on('error', () => {})
    socket.on('close', () => resolve(heard))
  })
  socket.write(text)
  return { socket, ended }
}

test('who sends headers byte by byte, or never the body that was announced, is let go; others are served meanwhile', async () => {
  const dashboard = await board()
  const head = `POST /api/stop HTTP/1.1\r\nHost: 127.0.0.1:${dashboard.port}\r\nAuthorization: Bearer ${dashboard.token}\r\n`
  const headers = dial(dashboard, 'GET / HTTP/1.1\r\nHost: 12')
  const dripping = setInterval(() => headers.socket.write('7'), 500)
  const body = dial(dashboard, `${head}Content-Type: application/json\r\nContent-Length: 20\r\n\r\n{"dr`)
  expect((await say(dashboard, 'GET /api/job')).status).toBe(200)
  expect(await headers.ended).toMatch(/^(HTTP\/1\.1 408 |$)/)
  clearInterval(dripping)
  expect(await body.ended).toMatch(/^(HTTP\/1\.1 4\d\d |$)/)
  expect(dashboard.asked).toEqual([])
})

test('headers that are too large, requests that are none, and upgrades are refused', async () => {
  const dashboard = await board()
  const large = dial(dashboard, `GET / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(UI_HEADER_BYTES_MAX)}\r\n\r\n`)
  expect(await large.ended).toMatch(/^HTTP\/1\.1 431 /)
  expect(await dial(dashboard, '\0\x01garbage\r\n\r\n').ended).toMatch(/^HTTP\/1\.1 400 /)
  expect(await dial(dashboard, 'CONNECT evil.example:80 HTTP/1.1\r\nHost: evil.example:80\r\n\r\n').ended).toBe('')
  const twice = `GET /api/job HTTP/1.1\r\nHost: 127.0.0.1:${dashboard.port}\r\nHost: evil.example\r\nConnection: close\r\n\r\n`
  expect(await dial(dashboard, twice).ended).toMatch(/^HTTP\/1\.1 4\d\d /)
})

test('connections are bounded; when they have gone, others are served', async () => {
  const dashboard = await board()
  const idle = Array.from({ length: UI_CONNECTIONS_MAX + 20 }, () => dial(dashboard, ''))
  await expect.poll(() => idle.filter(({ socket }) => socket.destroyed).length, { timeout: 60_000 }).toBeGreaterThanOrEqual(20)
  idle.forEach(({ socket }) => socket.destroy())
  await expect.poll(() => say(dashboard, 'GET /api/job').then(({ status }) => status, String), { timeout: 60_000 }).toBe(200)
})

test('followers are bounded; when they have gone, others may follow', async () => {
  const dashboard = await board()
  const follow = `GET /api/events?token=${dashboard.token} HTTP/1.1\r\nHost: 127.0.0.1:${dashboard.port}\r\n\r\n`
  const heard: string[] = []
  const followers = Array.from({ length: UI_STREAMS_MAX }, (_, index) => {
    const { socket } = dial(dashboard, follow)
    socket.on('data', (part: string) => (heard[index] = (heard[index] ?? '') + part))
    return socket
  })
  await expect.poll(() => heard.filter((text) => text.includes('event: begin')).length, { timeout: 60_000 }).toBe(UI_STREAMS_MAX)
  expect((await say(dashboard, 'GET /api/events')).status).toBe(503)
  followers.forEach((socket) => socket.destroy())
  const again = async (): Promise<string> => {
    const { socket, ended } = dial(dashboard, follow)
    socket.on('data', () => socket.end())
    return (await ended).slice(0, 12)
  }
  await expect.poll(again, { timeout: 60_000 }).toBe('HTTP/1.1 200')
})

test('a follower that takes nothing is let go, and waits in no memory', async () => {
  const dashboard = await board()
  const { socket, ended } = dial(
    dashboard,
    `GET /api/events?token=${dashboard.token} HTTP/1.1\r\nHost: 127.0.0.1:${dashboard.port}\r\n\r\n`,
  )
  await new Promise((resolve) => socket.once('data', resolve))
  socket.pause()
  // More than the system keeps for a connection, at both of its ends.
  const failure = { class: 'Error', message: 'x'.repeat(100_000), kind: 'user-code', attempt: 1 } as const
  for (let i = 0; i < 640; i++) {
    dashboard.log.add({ type: 'restart', attempt: i, delayMs: 1, failure })
    await new Promise((resolve) => setImmediate(resolve))
  }
  socket.resume()
  expect((await ended).length).toBeLessThan(60_000_000)
})
