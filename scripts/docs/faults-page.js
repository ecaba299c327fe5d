/** docs/faults.md: what the last campaign of faults on real threads and processes has found. Made of its data. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'

const DATA = 'test/faults/campaign.json'
const PAGE = 'docs/faults.md'

const MEANINGS = {
  throw: 'an operator throws: within a batch, at a barrier, while chunks are stored, while sinks commit',
  exit: 'a worker thread ends, at the same places',
  heap: 'a worker thread runs out of its heap',
  loop: 'a function never returns',
  stall: 'a sink stands still for 1.5 s',
  kill: 'kill -9 at a random instant',
  'kill at a step': 'kill -9 at a step of the two-phase commit',
  'stop and resume': 'stopped and launched again, with another number of workers',
  'full disk': 'a launch whose files may not grow beyond a random size',
}

export function faultsPage(data = JSON.parse(readFileSync(DATA, 'utf8'))) {
  const { ledger, faults, recoveryMs } = data
  const rows = Object.entries(faults)
    .toSorted(([, a], [, b]) => b - a)
    .map(
      ([fault, count]) =>
        `| ${MEANINGS[fault]} | ${count} | ${recoveryMs[fault] === undefined ? '' : `${recoveryMs[fault].median} / ${recoveryMs[fault].longest}`} |`,
    )
  return `# Faults

This page is made of the data of a campaign: \`npm run campaign -- --minutes 60\` runs a job on real threads, in processes of its own, and lets faults happen at random: one after the
other, for as long as it is told. The job has keyed state, event-time windows and three exactly-once sinks of part files; each launch draws whether its state is in memory or in LMDB. After some faults it is drained, and everything that readers
can see is counted against plain loops.

| | |
|---|---|
| seed | ${data.seed} |
| commit | \`${data.commit.slice(0, 12)}\` |
| Node.js | ${data.node}, ${data.cpus} cores |
| began | ${data.beganAt} |
| minutes | ${data.minutes} |
| jobs run to their end | ${data.rounds} |
| launches | ${data.launches} |
| restarts within a process | ${data.restarts} |
| complete checkpoints | ${data.checkpoints} |
| failed checkpoints | ${data.checkpointsFailed} |

| fault | times | ms to the next complete checkpoint, median / longest |
|---|---|---|
${rows.join('\n')}

| ledger | records |
|---|---|
| committed | ${ledger.committed} |
| lost | ${ledger.lost} |
| repeated | ${ledger.repeated} |
| wrong | ${ledger.wrong} |

${data.failures.length === 0 ? 'No round failed.' : `Rounds that failed:\n\n${data.failures.map((failure) => `* ${failure}`).join('\n')}`}

The same faults, and more, happen in simulation, where a seed brings each of them back: see [testing](testing.md#faults).
`
}

/** A project in which no campaign was run has no such page. */
export function writeFaultsPage() {
  if (existsSync(DATA)) writeFileSync(PAGE, faultsPage())
}
