import { type Static, Type } from 'typebox'

const UserId = Type.Integer({ minimum: 1 })

/** How many users one event can name. */
export const MAX_USERS = 250

/**
 * What happens in Passbook that something else reacts to: event name -> what a job carries -> which
 * job consumes it. Payloads hold ids only, never names, amounts or account numbers. With
 * an event that has no consumer Passbook does not compile, and so does not start. One that `yields` lets
 * all others pass that wait with it.
 */
export const events = {
  /** A transaction of this user's was created, changed or deleted. */
  'transactions.changed': {
    payload: Type.Object({ user_id: UserId, request_id: Type.Optional(Type.String()) }),
    consumer: 'recomputeStatistics',
  },
  /** Transactions of many users were, by one request: a load. */
  'transactions.loaded': {
    payload: Type.Object({
      user_ids: Type.Array(UserId, { minItems: 1, maxItems: MAX_USERS }),
      request_id: Type.Optional(Type.String()),
    }),
    consumer: 'recomputeManyStatistics',
    yields: true,
  },
  /** The periodic look after stored statistics is due. */
  'statistics.refresh_due': {
    payload: Type.Object({}),
    consumer: 'refreshStatistics',
  },
  /** The periodic removal of expired refresh tokens and of old login attempts is due. */
  'tokens.cleanup_due': {
    payload: Type.Object({}),
    consumer: 'deleteExpiredTokens',
  },
  /** The periodic removal of answers kept for retries is due. */
  'idempotency.cleanup_due': {
    payload: Type.Object({}),
    consumer: 'deleteOldAnswers',
  },
  /** Somebody asked for a report. */
  'report.requested': {
    payload: Type.Object({
      report_id: Type.Integer({ minimum: 1 }),
      request_id: Type.Optional(Type.String()),
    }),
    consumer: 'buildReport',
  },
  /** Somebody sent a file to be loaded. */
  'import.requested': {
    payload: Type.Object({
      import_id: Type.Integer({ minimum: 1 }),
      request_id: Type.Optional(Type.String()),
    }),
    consumer: 'runImport',
  },
  /** The periodic look after imports is due. */
  'imports.sweep_due': {
    payload: Type.Object({}),
    consumer: 'sweepImports',
  },
  /** The periodic look after reports is due. */
  'reports.sweep_due': {
    payload: Type.Object({}),
    consumer: 'sweepReports',
  },
  /** The periodic look after the tables of datasets is due. */
  'datasets.sweep_due': {
    payload: Type.Object({}),
    consumer: 'sweepDatasets',
  },
} as const

export type EventName = keyof typeof events
export type EventPayload<Name extends EventName> = Static<(typeof events)[Name]['payload']>

/** One event with what it carries. */
export type AppEvent = { [Name in EventName]: { name: Name; data: EventPayload<Name> } }[EventName]

/** The function that consumes an event. */
export type EventConsumer<Name extends EventName> = (payload: EventPayload<Name>) => Promise<void>

/** A consumer for each event, by its name in the catalogue; the compiler sees that none is missing. */
export type EventConsumers = {
  readonly [Name in EventName as (typeof events)[Name]['consumer']]: EventConsumer<Name>
}
