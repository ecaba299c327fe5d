/**
 * Still pictures in WebP as one that moves. The format: https://developers.google.com/speed/webp/docs/riff_container
 *
 * @param frames {{ webp: Buffer, ms: number }[]} of one size, without transparency; `ms`: how long each is shown
 */
export function animatedWebp(frames, width, height) {
  const size24 = (bytes, offset, value) => bytes.writeUIntLE(value, offset, 3)
  const canvas = Buffer.alloc(10)
  canvas[0] = 0b10 // It is an animation.
  size24(canvas, 4, width - 1)
  size24(canvas, 7, height - 1)
  // Ground white, repeated for ever.
  const animation = Buffer.from([255, 255, 255, 255, 0, 0])
  const parts = frames.map(({ webp, ms }) => {
    const head = Buffer.alloc(16)
    size24(head, 6, width - 1)
    size24(head, 9, height - 1)
    size24(head, 12, ms)
    head[15] = 0b10 // It replaces what was there.
    return chunk('ANMF', Buffer.concat([head, picture(webp)]))
  })
  const body = Buffer.concat([Buffer.from('WEBP'), chunk('VP8X', canvas), chunk('ANIM', animation), ...parts])
  return Buffer.concat([Buffer.from('RIFF'), uint32(body.length), body])
}

function uint32(value) {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

function chunk(name, bytes) {
  return Buffer.concat([Buffer.from(name), uint32(bytes.length), bytes, Buffer.alloc(bytes.length % 2)])
}

/** The chunk of a still picture in which its pixels are. */
function picture(webp) {
  for (let at = 12; at < webp.length;) {
    const [name, length] = [webp.toString('latin1', at, at + 4), webp.readUInt32LE(at + 4)]
    const end = at + 8 + length + (length % 2)
    if (name === 'VP8 ' || name === 'VP8L') return webp.subarray(at, end)
    at = end
  }
  throw new Error('not a WebP picture')
}
