import type { Api } from '../works.ts'

export const TARGETS = ['passbook', 'express', 'fastapi', 'limit'] as const
export type TargetName = (typeof TARGETS)[number]

/** A service that answers. */
export interface Target {
  readonly name: TargetName
  readonly url: string
  /** An access token; empty where none is needed. */
  readonly token: string
  readonly api: Api
  /** Who answers; its children count too. */
  readonly pid: number
  /** Who works on what answers leave behind, if there is such a process. */
  readonly workerPid?: number
  /** Waits until nothing is left to do of what was answered. */
  readonly settle: () => Promise<void>
}

/** The connections of all processes of a target together: PostgreSQL has 150 for all targets. */
const MAX_CONNECTIONS = 36

/** The connections of each process to the database, for each target alike. */
export const poolSizeOf = (processes: number): number =>
  Math.max(2, Math.min(12, Math.floor(MAX_CONNECTIONS / processes)))
