import { type Static, type TObject, Type } from 'typebox'
import type { Config } from '../config.ts'

const Id = Type.Integer({ minimum: 1 })
const RequestId = Type.Optional(Type.String())

/** How many users one job can name. */
export const MAX_USERS = 250

/** Users whose figures or scores are not current. */
const Users = Type.Object({
  user_ids: Type.Array(Id, { minItems: 1, maxItems: MAX_USERS }),
  request_id: RequestId,
  /** The request of each user, where they have several. Null for none. */
  request_ids: Type.Optional(Type.Array(Type.Union([Type.String(), Type.Null()]))),
})
export type UsersPayload = Static<typeof Users>
/** The report or import that somebody asked for, or the user that a mail is for. */
const Request = Type.Object({ id: Id, request_id: RequestId })
/** The deliveries of one user's events to one webhook endpoint, and the lease of the job. */
const Lane = Type.Object({
  user_id: Id,
  endpoint_id: Id,
  lease: Type.String(),
  request_id: RequestId,
})
export type LeasedLane = Static<typeof Lane>
const Nothing = Type.Object({})

const HOUR = 3_600

/**
 * An event in the outbox. A trigger or function of `prisma/functions/` writes it; requests for mails
 * are written by `features/mail/request-mails.ts`.
 */
interface OutboxEvent {
  readonly payload: TObject
  readonly consumer: string
  /**
   * All waiting events of users for a consumer share jobs, in the turns of `outbox_turn.sql`: a user has
   * one at a time.
   */
  readonly coalesced: boolean
  /** Its jobs run once no others wait: figures come before what is made of them. */
  readonly yields?: boolean
}

/** An event that recurs on a schedule. */
interface DueEvent {
  readonly payload: typeof Nothing
  readonly consumer: string
  readonly everySeconds: (config: Config) => number
}

/** Work that is leased in tables of its own, not in the outbox. */
interface LeasedEvent {
  readonly payload: TObject
  readonly consumer: string
}

/**
 * Every event, the payload of its job, and the consumer of that job. Payloads hold ids only, never
 * names, amounts or account numbers. `consumers.ts` binds each consumer to a function; if one is
 * missing, Passbook does not compile.
 */
export const events = {
  'transaction.created': { payload: Users, consumer: 'recomputeStatistics', coalesced: true },
  'transaction.updated': { payload: Users, consumer: 'recomputeStatistics', coalesced: true },
  'transaction.deleted': { payload: Users, consumer: 'recomputeStatistics', coalesced: true },
  /** Stored statistics were found to differ from the ledger (`features/analytics/repair-drift.ts`). */
  'statistics.drifted': { payload: Users, consumer: 'recomputeStatistics', coalesced: true },
  /** A recomputation changed a user's figures (`prisma/functions/recompute_statistics.sql`). */
  'statistics.updated': {
    payload: Users,
    consumer: 'computeCreditScores',
    coalesced: true,
    yields: true,
  },
  /** A score is of an older formula, or misses a day that was in the future. The sweep found it. */
  'credit_score.outdated': {
    payload: Users,
    consumer: 'computeCreditScores',
    coalesced: true,
    yields: true,
  },
  /** A recomputation found transactions that may deserve an alert. */
  'transactions.written': {
    payload: Users,
    consumer: 'raiseAlerts',
    coalesced: true,
    yields: true,
  },
  /** A credit score is lower than the one before it. */
  'credit_score.fell': { payload: Users, consumer: 'raiseAlerts', coalesced: true, yields: true },
  'report.requested': { payload: Request, consumer: 'buildReport', coalesced: false },
  'import.requested': { payload: Request, consumer: 'runImport', coalesced: false },
  'welcome_mail.requested': { payload: Request, consumer: 'sendMails', coalesced: false },
  'verification_mail.requested': { payload: Request, consumer: 'sendMails', coalesced: false },
  'reset_mail.requested': { payload: Request, consumer: 'sendMails', coalesced: false },
  'webhook_disabled_mail.requested': { payload: Request, consumer: 'sendMails', coalesced: false },

  /** The dispatcher of `features/webhooks` leased a lane. */
  'webhook_lane.leased': { payload: Lane, consumer: 'deliverWebhooks' },

  'statistics.refresh_due': {
    payload: Nothing,
    consumer: 'refreshStatistics',
    everySeconds: (config) => config.STATISTICS_REFRESH_SECONDS,
  },
  'tokens.cleanup_due': {
    payload: Nothing,
    consumer: 'deleteExpiredTokens',
    everySeconds: () => HOUR,
  },
  'idempotency.cleanup_due': {
    payload: Nothing,
    consumer: 'deleteOldAnswers',
    everySeconds: () => HOUR,
  },
  'credit_scores.sweep_due': {
    payload: Nothing,
    consumer: 'sweepCreditScores',
    everySeconds: () => 10,
  },
  'audit.sweep_due': { payload: Nothing, consumer: 'sweepAudit', everySeconds: () => HOUR },
  'events.sweep_due': { payload: Nothing, consumer: 'sweepEvents', everySeconds: () => HOUR },
  'imports.sweep_due': { payload: Nothing, consumer: 'sweepImports', everySeconds: () => 5 },
  'reports.sweep_due': { payload: Nothing, consumer: 'sweepReports', everySeconds: () => 30 },
  'webhooks.sweep_due': { payload: Nothing, consumer: 'sweepWebhooks', everySeconds: () => 30 },
  'datasets.sweep_due': { payload: Nothing, consumer: 'sweepDatasets', everySeconds: () => 30 },
  'dataset_indexes.build_due': {
    payload: Nothing,
    consumer: 'buildDatasetIndexes',
    everySeconds: () => 5,
  },
} as const satisfies Readonly<Record<string, OutboxEvent | LeasedEvent | DueEvent>>

type Events = typeof events
export type EventName = keyof Events
export type ConsumerName = Events[EventName]['consumer']

/** Consumers whose jobs name users. */
export type CoalescedConsumer = {
  [Name in EventName]: Events[Name] extends { readonly coalesced: true }
    ? Events[Name]['consumer']
    : never
}[EventName]

/** The payload a consumer is given. All events of a consumer have the same payload. */
export type PayloadOf<Consumer extends ConsumerName> = {
  [Name in EventName]: Events[Name]['consumer'] extends Consumer
    ? Static<Events[Name]['payload']>
    : never
}[EventName]

/** One piece of work for a consumer. */
export type Job = {
  [Consumer in ConsumerName]: {
    readonly consumer: Consumer
    readonly payload: PayloadOf<Consumer>
    /** A low priority: every other waiting job runs first. */
    readonly yields?: boolean
  }
}[ConsumerName]

/** A function for each consumer of the catalogue. */
export type Consumers = {
  readonly [Consumer in ConsumerName]: (payload: PayloadOf<Consumer>) => Promise<void>
}

/** The schema of each consumer's payload. */
export const payloadSchemas: ReadonlyMap<string, TObject> = new Map(
  Object.values(events).map(({ consumer, payload }) => [consumer, payload]),
)
