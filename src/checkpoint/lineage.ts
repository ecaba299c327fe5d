/** The chain of checkpoints that begins where a state directory has none to go on from. Kept in the directory from its opening on. */
export interface BegunLineage {
  /** Id of the newest checkpoint at that time; 0 for none. */
  readonly after: number
  /** Of no other chain, whatever the directory. */
  readonly name: string
}

/**
 * The one that begins now: while none of its checkpoints is complete it is that of the process before, which knows what that one has left outside.
 *
 * @param known what is kept in the directory
 * @param newest id of its newest checkpoint; 0 for none
 * @param name where it is another one
 */
export function begunLineage(known: BegunLineage | null, newest: number, name: string): BegunLineage {
  return known?.after === newest ? known : { after: newest, name }
}
