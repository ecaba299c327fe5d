import type { ChildSpecOptions } from '../supervision/child-spec.ts'

/** What happens when something fails. */
export type RestartOptions = Omit<ChildSpecOptions, 'strategy'> & {
  /**
   * Who restarts when an operator throws. 'region' (default): all, from the last complete checkpoint. 'actor': that instance alone where it can be exact, while all others run on; workers
   * keep what their actors were given since the last checkpoint for it, which costs memory and some time.
   */
  readonly scope?: 'region' | 'actor'
}
