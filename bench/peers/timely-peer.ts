import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { build, namedArguments, outputOf, peerFolder } from './native.ts'
import type { Peer, Prepared } from './peer.ts'

/** timely-dataflow, built with cargo. */
export const timely: Peer = {
  name: 'timely',
  async prepare(): Promise<Prepared> {
    const rustc = await outputOf({ command: 'rustc', args: ['--version'] })
    const cargo = await outputOf({ command: 'cargo', args: ['--version'] })
    if (rustc === undefined || cargo === undefined) return { skipped: 'there is no Rust (rustc and cargo) here' }
    const folder = peerFolder('timely')
    const failure = await build(folder, { command: 'cargo', args: ['build', '--release', '--locked', '--target-dir', 'target'] })
    if (failure !== undefined) return { skipped: failure }
    const version = /^timely = "=(.+)"$/m.exec(readFileSync(join(folder, 'Cargo.toml'), 'utf8'))?.[1]
    const command = join(folder, 'target', 'release', process.platform === 'win32' ? 'millrace-peer-timely.exe' : 'millrace-peer-timely')
    return {
      queries: ['q0', 'q1', 'q2', 'q3', 'q4', 'q5', 'q7', 'q8', 'q11', 'ks', 'wc'],
      versions: `timely ${version}, ${/^rustc \S+/.exec(rustc)?.[0]}`,
      program: (order) => ({ command, args: namedArguments(order) }),
    }
  },
}
