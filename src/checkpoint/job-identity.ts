/** What a checkpoint knows of the job that wrote it. */
export interface JobIdentity {
  readonly jobName: string
  /** Kinds, names and edges of all operators as one text. */
  readonly graphFingerprint: string
  /** Version of the hash that maps keys to key groups. */
  readonly keyHashVersion: number
  /** Number of key groups of the job. */
  readonly keyGroups: number
  /** In the order of the graph. */
  readonly operators: readonly ManifestOperator[]
}

export interface ManifestOperator {
  readonly name: string
  readonly kind: string
  /** The job's author chose the name. */
  readonly isNamed: boolean
}
