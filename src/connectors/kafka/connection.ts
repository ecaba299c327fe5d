import type { ConnectionOptions as TlsOptions } from 'node:tls'
import { onlyKnown } from '../../core/known-options.ts'
import { refuseOption } from '../../core/refuse-option.ts'
import type { Secret } from '../secret.ts'

export interface KafkaSasl {
  readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512' | 'OAUTHBEARER'
  readonly username?: Secret
  readonly password?: Secret
  /** For OAUTHBEARER. */
  readonly token?: Secret
}

/** How to reach a cluster. Never part of logs, explanations or checkpoints. */
export interface KafkaConnection {
  /** 'host:port' of some brokers; the others are found through them. */
  readonly brokers: readonly string[]
  /** Name under which brokers log requests. Default 'millrace'. */
  readonly clientId?: string
  /** Options of node:tls; {} for its defaults. Default: not encrypted. */
  readonly tls?: TlsOptions
  readonly sasl?: KafkaSasl
  /** A cluster that cannot be reached, or does not answer, for so long fails the job. Default 60,000. */
  readonly retryMs?: number
}

export const CONNECTION_OPTIONS = { brokers: 1, clientId: 1, tls: 1, sasl: 1, retryMs: 1 } as const

/** @throws MillraceError MR_OPTION_INVALID, which never has a secret in its message */
export function checkConnection(what: string, { brokers, sasl, retryMs }: KafkaConnection, site: string): void {
  const isAddress = (name: unknown): boolean => typeof name === 'string' && /^[^\s:]+:\d+$|^\[[^\]]+\]:\d+$/.test(name)
  if (!Array.isArray(brokers) || brokers.length === 0 || !brokers.every(isAddress))
    refuseOption(`brokers of ${what}`, brokers, `a list of 'host:port'`, { site })
  if (retryMs !== undefined && !(Number.isFinite(retryMs) && retryMs >= 0))
    refuseOption(`retryMs of ${what}`, retryMs, 'a time in ms', { site })
  onlyKnown(`sasl of ${what}`, sasl, { mechanism: 1, username: 1, password: 1, token: 1 }, site)
  const mechanisms = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER']
  if (sasl !== undefined && !mechanisms.includes(sasl.mechanism))
    refuseOption(`sasl.mechanism of ${what}`, sasl.mechanism, `one of ${mechanisms.join(', ')}`, { site })
}
