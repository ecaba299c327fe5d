import { measuringCommand, number, parsed, someOf } from '../harness/options.ts'
import type { Options } from '../harness/options.ts'
import { PEERS } from './peer.ts'
import type { PeerName } from './peer.ts'

export interface PeerOptions extends Omit<Options, 'loopsOnly'> {
  readonly peers: readonly PeerName[]
  readonly slowTimes: number
}

/** @throws UsageExit with exit code 0 after --help, 2 for a wrong option. */
export function parsePeerOptions(args: readonly string[]): PeerOptions {
  const command = measuringCommand(
    'npm run bench:peers --',
    'Measures millrace beside other engines and libraries, in fresh processes, in turns, over the same random records.',
  )
    .addOption(someOf('--peers <names>', PEERS))
    .option('--slow-times <n>', 'what takes so many times as long as the naive loop is run once only', number('--slow-times', 1, 1_000), 4)
    .option('--write', 'keep the results in docs/speed/, and put them into docs/peers.md, docs/speed.md and README.md', false)
  return parsed<PeerOptions>(command, args)
}
