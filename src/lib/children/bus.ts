import type { MetricValues } from './all-metrics.ts'
import type { Count } from './counts.ts'

/** What a process tells all others of the same Passbook, and what comes with it. */
export interface Told {
  /** Something was committed to the outbox. */
  readonly outbox: undefined
  /** Deliveries of webhooks are due. */
  readonly webhooks: undefined
  /** Users whose cached answers must go. */
  readonly forget: readonly number[]
  /** A write failed because the disk is full. */
  readonly storage_full: undefined
  /** The database is migrated and fits the keys. */
  readonly prepared: undefined
  /** The API is about to stop, and still serves. */
  readonly stopping: undefined
  /** Where the API listens. */
  readonly url: string
}

/** What a process asks others: the question, and the answer of each. */
export interface Asked {
  readonly metrics: { readonly question: undefined; readonly answer: readonly MetricValues[] }
  /** Counts requests by these keys. The parent alone answers. */
  readonly count: { readonly question: readonly string[]; readonly answer: readonly Count[] }
}

/**
 * Messages between the processes of one Passbook: a parent and its children. Messages of one process arrive
 * in order. Those to a process that ends are lost, so nothing durable depends on them.
 */
export interface Bus {
  /** Tells all other processes. */
  tell<T extends keyof Told>(topic: T, content: Told[T]): void
  listen<T extends keyof Told>(topic: T, listener: (content: Told[T]) => void): void
  /**
   * Asks the parent if it answers such questions, else all others.
   *
   * @returns the answers that came within so many milliseconds
   */
  ask<T extends keyof Asked>(
    topic: T,
    question: Asked[T]['question'],
    milliseconds: number,
  ): Promise<readonly Asked[T]['answer'][]>
  answer<T extends keyof Asked>(topic: T, answerer: Answerer<T>): void
}

export type Answerer<T extends keyof Asked> = (
  question: Asked[T]['question'],
) => Asked[T]['answer'] | Promise<Asked[T]['answer']>
