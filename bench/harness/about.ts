import { spawnSync } from 'node:child_process'
import { loadavg } from 'node:os'
import { projectFolder } from './project-folder.ts'
import { machineName } from './results.ts'

/** Where figures come from. */
export interface About {
  readonly machine: string
  readonly node: string
  readonly commit: string
  readonly date: string
  /** That makes them again. */
  readonly command: string
  /** Average of the last minute when measuring began: programs that ran beside it. */
  readonly load: number
}

export function aboutNow(command: string, load: number, folder: string = projectFolder()): About {
  return { machine: machineName(), node: process.version, commit: commitOf(folder), date: new Date().toISOString(), command, load }
}

/** A command as others give it: `untold` options name files and folders of this machine. */
export function toldCommand(command: string, args: readonly string[], untold: readonly string[] = ['--json']): string {
  const isUntold = (arg: string | undefined): boolean => arg !== undefined && untold.includes(arg)
  const told = args.filter((arg, i) => !isUntold(arg.split('=')[0]) && !isUntold(args[i - 1]))
  return told.length === 0 ? command : `${command} -- ${told.join(' ')}`
}

/** To be asked before anything is measured. */
export function loadNow(): number {
  return Math.round(loadavg()[0]! * 10) / 10
}

/** A `+` says that the sources are not those of the commit. */
export function commitOf(folder: string): string {
  const git = (...args: string[]): string => spawnSync('git', ['-C', folder, ...args], { encoding: 'utf8' }).stdout?.trim() ?? ''
  const commit = git('rev-parse', '--short=12', 'HEAD')
  if (commit === '') return 'unknown'
  return git('status', '--porcelain', '--', 'src', 'actors', 'bench') === '' ? commit : `${commit}+`
}

/** One line below a table. */
export function aboutLine({ machine, node, commit, date, command, load }: About): string {
  const busy = load >= 1 ? `; other programs were running (load average ${load})` : ''
  return `${machine}; Node.js ${node}; commit \`${commit}\`; ${date.slice(0, 10)}${busy}. Made with \`${command}\`.`
}
