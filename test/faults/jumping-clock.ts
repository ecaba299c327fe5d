/** The wall clock of a process, which tests set: in every thread that imports this, as the module of a job does. */
const CHANNEL = 'wall clock of a test'
const machineMs = Date.now
let offsetMs = 0
Date.now = () => machineMs() + offsetMs

const heard = new BroadcastChannel(CHANNEL)
heard.onmessage = ({ data }: MessageEvent) => void (offsetMs = data as number)
// It keeps no process alive.
;(heard as unknown as { unref(): void }).unref()

const HOUR_MS = 3_600_000

/** Sets the wall clock of all threads, by so much off that of the machine. */
export function setClock(byMs: number): void {
  offsetMs = byMs
  const channel = new BroadcastChannel(CHANNEL)
  channel.postMessage(byMs)
  channel.close()
}

/** Sets it an hour forwards, right again, an hour back and right again, and so on. Returns how to stop, and how often it was set. */
export function keepJumping(everyMs: number): { readonly stop: () => number } {
  let jumps = 0
  const timer = setInterval(() => setClock([HOUR_MS, 0, -HOUR_MS, 0][jumps++ % 4]!), everyMs)
  return {
    stop: () => {
      clearInterval(timer)
      return jumps
    },
  }
}
