// Generated from openapi/openapi.yaml by `npm run generate`. Do not edit.
import { type Static, Type } from 'typebox'

export const Id = Type.Integer({ minimum: 1, maximum: 9007199254740991, format: 'int64' })
export type Id = Static<typeof Id>

export const Timestamp = Type.String({ format: 'date-time' })
export type Timestamp = Static<typeof Timestamp>

export const CalendarDate = Type.String({ format: 'date', 'x-expected': 'a date: send 2026-01-31' })
export type CalendarDate = Static<typeof CalendarDate>

export const DateOrDateTime = Type.Union([Type.String({ maxLength: 64, format: 'date-time', 'x-expected': 'a date-time with a time zone: send 2026-01-31T10:15:00Z' }), Type.String({ format: 'date', 'x-expected': 'a date: send 2026-01-31' })], { 'x-expected': 'a date or a date-time: send 2026-01-31T10:15:00Z or 2026-01-31' })
export type DateOrDateTime = Static<typeof DateOrDateTime>

export const Currency = Type.String({ maxLength: 3, pattern: '^[A-Z]{3}$', 'x-expected': 'three capital letters of ISO 4217, such as USD' })
export type Currency = Static<typeof Currency>

export const Amount = Type.String({ pattern: '^\\d+(\\.\\d+)?$' })
export type Amount = Static<typeof Amount>

export const SignedAmount = Type.String({ pattern: '^-?\\d+(\\.\\d+)?$' })
export type SignedAmount = Static<typeof SignedAmount>

export const AmountInput = Type.Union([Type.String({ maxLength: 18, pattern: '^(?!0+(\\.0+)?$)\\d{1,13}(\\.\\d{1,4})?$', 'x-expected': 'an amount above zero with at most 4 decimals, such as 1250.00' }), Type.Number({ exclusiveMinimum: 0, exclusiveMaximum: 10000000000000 })], { 'x-expected': 'an amount above zero and below 10000000000000 with at most 4 decimals, such as 1250.00' })
export type AmountInput = Static<typeof AmountInput>

export const AmountLimit = Type.String({ maxLength: 18, pattern: '^\\d{1,13}(\\.\\d{1,4})?$', 'x-expected': 'an amount with at most 4 decimals and no sign, such as 100 or 1250.00' })
export type AmountLimit = Static<typeof AmountLimit>

export const Problem = Type.Object({
  type: Type.String({ format: 'uri-reference' }),
  title: Type.String(),
  status: Type.Integer({ minimum: 400, maximum: 599, format: 'int32' }),
  detail: Type.String(),
  code: Type.String(),
  request_id: Type.String(),
})
export type Problem = Static<typeof Problem>

export const ValidationError = Type.Object({
  in: Type.Enum(['path', 'query', 'header', 'body'], { type: 'string' }),
  path: Type.String(),
  code: Type.String(),
  message: Type.String(),
})
export type ValidationError = Static<typeof ValidationError>

export const ValidationProblem = Type.Object({
  type: Type.String({ format: 'uri-reference' }),
  title: Type.String(),
  status: Type.Literal(422),
  detail: Type.String(),
  code: Type.String(),
  request_id: Type.String(),
  errors: Type.Array(ValidationError, { maxItems: 100 }),
})
export type ValidationProblem = Static<typeof ValidationProblem>

export const Scope = Type.Enum(['users:read', 'users:write', 'employments:read', 'employments:write', 'bank-accounts:read', 'bank-accounts:write', 'transactions:read', 'transactions:write', 'analytics:read', 'credit-score:read', 'alerts:read', 'alerts:write', 'tasks:read', 'tasks:write', 'reports:read', 'reports:write', 'imports:read', 'imports:write', 'datasets:read', 'datasets:write', 'audit:read', 'events:read', 'webhooks:read', 'webhooks:write'], { type: 'string' })
export type Scope = Static<typeof Scope>

export const Index = Type.Object({
  name: Type.String(),
  api: Type.String(),
  docs: Type.String(),
  openapi: Type.String(),
  health: Type.String(),
})
export type Index = Static<typeof Index>

export const Liveness = Type.Object({
  status: Type.Literal('ok'),
})
export type Liveness = Static<typeof Liveness>

export const HealthStatus = Type.Enum(['ok', 'degraded', 'unavailable'], { type: 'string' })
export type HealthStatus = Static<typeof HealthStatus>

export const FiguresHealth = Type.Object({
  status: HealthStatus,
  oldest_change_seconds: Type.Optional(Type.Integer({ minimum: 0, maximum: 9007199254740991, format: 'int64' })),
  detail: Type.Optional(Type.String()),
})
export type FiguresHealth = Static<typeof FiguresHealth>

export const DependencyHealth = Type.Object({
  status: HealthStatus,
  detail: Type.Optional(Type.String()),
})
export type DependencyHealth = Static<typeof DependencyHealth>

export const Readiness = Type.Object({
  status: HealthStatus,
  detail: Type.Optional(Type.String()),
  dependencies: Type.Object({
    database: DependencyHealth,
    queue: DependencyHealth,
    cache: DependencyHealth,
  }),
  storage: DependencyHealth,
  figures: FiguresHealth,
})
export type Readiness = Static<typeof Readiness>

export const MetricsText = Type.String()
export type MetricsText = Static<typeof MetricsText>

export const OpenApiDocument = Type.Object({
  openapi: Type.String(),
  info: Type.Object({}, { additionalProperties: true }),
  paths: Type.Object({}, { additionalProperties: true }),
}, { additionalProperties: true })
export type OpenApiDocument = Static<typeof OpenApiDocument>

export const OpenApiYaml = Type.String()
export type OpenApiYaml = Static<typeof OpenApiYaml>

export const Username = Type.String({ minLength: 3, maxLength: 64, pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{2,63}$', 'x-expected': 'a name of 3 to 64 letters, digits, dots, hyphens and underscores, of which the first is a letter or a digit, such as asha.rao' })
export type Username = Static<typeof Username>

export const Password = Type.String({ minLength: 8, maxLength: 128, pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f]*$', 'x-expected': '8 to 128 characters without control characters' })
export type Password = Static<typeof Password>

export const RefreshToken = Type.String({ minLength: 1, maxLength: 512 })
export type RefreshToken = Static<typeof RefreshToken>

export const PersonName = Type.String({ minLength: 1, maxLength: 100, pattern: '^(?!\\s*$)[^\\u0000-\\u001f\\u007f-\\u009f]+$', 'x-expected': 'text without control characters that is not only blanks, such as Asha Rao' })
export type PersonName = Static<typeof PersonName>

export const Registration = Type.Object({
  username: Username,
  password: Password,
  name: Type.Optional(PersonName),
  email: Type.Optional(Type.Union([Type.String({ maxLength: 254, format: 'idn-email', 'x-expected': 'an email address, such as asha.rao@example.com' }), Type.Null()])),
  age: Type.Optional(Type.Union([Type.Integer({ minimum: 1, maximum: 150, format: 'int32' }), Type.Null()])),
}, { additionalProperties: false })
export type Registration = Static<typeof Registration>

export const EmailAddress = Type.String({ maxLength: 254, format: 'idn-email', 'x-expected': 'an email address, such as asha.rao@example.com' })
export type EmailAddress = Static<typeof EmailAddress>

export const Age = Type.Integer({ minimum: 1, maximum: 150, format: 'int32' })
export type Age = Static<typeof Age>

export const Pincode = Type.String({ maxLength: 12, pattern: '^[A-Za-z0-9 -]{3,12}$', 'x-expected': '3 to 12 letters, digits, spaces and hyphens, such as 560001' })
export type Pincode = Static<typeof Pincode>

export const Role = Type.Enum(['user', 'staff', 'admin'], { type: 'string' })
export type Role = Static<typeof Role>

export const User = Type.Object({
  id: Id,
  username: Type.Optional(Username),
  name: PersonName,
  email: Type.Optional(EmailAddress),
  email_verified: Type.Optional(Type.Boolean()),
  age: Type.Optional(Age),
  pincode: Type.Optional(Pincode),
  role: Role,
  disabled: Type.Optional(Type.Boolean()),
  created_at: Timestamp,
  updated_at: Timestamp,
})
export type User = Static<typeof User>

export const RegistrationResult = Type.Object({
  message: Type.Literal('User created successfully'),
  user: User,
})
export type RegistrationResult = Static<typeof RegistrationResult>

export const Credentials = Type.Object({
  username: Type.String({ minLength: 1, maxLength: 64, pattern: '^[^\\u0000]*$', 'x-expected': 'text without the character U+0000' }),
  password: Type.String({ minLength: 1, maxLength: 128 }),
}, { additionalProperties: false })
export type Credentials = Static<typeof Credentials>

export const TokenRequest = Type.Object({
  grant_type: Type.String({ maxLength: 64 }),
  username: Type.Optional(Type.String({ minLength: 1, maxLength: 64, pattern: '^[^\\u0000]*$', 'x-expected': 'text without the character U+0000' })),
  password: Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
  refresh_token: Type.Optional(Type.String({ minLength: 1, maxLength: 512 })),
  scope: Type.Optional(Type.String({ maxLength: 200 })),
  client_id: Type.Optional(Type.String({ maxLength: 100 })),
  client_secret: Type.Optional(Type.String({ maxLength: 100 })),
}, { additionalProperties: false })
export type TokenRequest = Static<typeof TokenRequest>

export const TokenProblem = Type.Object({
  type: Type.String({ format: 'uri-reference' }),
  title: Type.String(),
  status: Type.Integer({ minimum: 400, maximum: 599, format: 'int32' }),
  detail: Type.String(),
  code: Type.String(),
  request_id: Type.String(),
  error: Type.Enum(['invalid_request', 'invalid_grant', 'unsupported_grant_type'], { type: 'string' }),
  errors: Type.Optional(Type.Array(ValidationError, { maxItems: 100 })),
})
export type TokenProblem = Static<typeof TokenProblem>

export const PasswordChange = Type.Object({
  current_password: Type.String({ minLength: 1, maxLength: 128 }),
  new_password: Password,
}, { additionalProperties: false })
export type PasswordChange = Static<typeof PasswordChange>

export const RefreshTokenInput = Type.Object({
  refresh_token: RefreshToken,
}, { additionalProperties: false })
export type RefreshTokenInput = Static<typeof RefreshTokenInput>

export const OneTimeToken = Type.String({ minLength: 1, maxLength: 512 })
export type OneTimeToken = Static<typeof OneTimeToken>

export const OneTimeTokenInput = Type.Object({
  token: OneTimeToken,
}, { additionalProperties: false })
export type OneTimeTokenInput = Static<typeof OneTimeTokenInput>

export const PasswordResetRequest = Type.Object({
  username: Type.Optional(Type.String({ minLength: 1, maxLength: 64, pattern: '^[^\\u0000]*$', 'x-expected': 'text without the character U+0000' })),
  email: Type.Optional(EmailAddress),
}, { additionalProperties: false, minProperties: 1, maxProperties: 1 })
export type PasswordResetRequest = Static<typeof PasswordResetRequest>

export const PasswordResetInput = Type.Object({
  token: OneTimeToken,
  new_password: Password,
}, { additionalProperties: false })
export type PasswordResetInput = Static<typeof PasswordResetInput>

export const MailRequested = Type.Object({
  message: Type.String(),
})
export type MailRequested = Static<typeof MailRequested>

export const PasswordResetLink = Type.Object({
  user_id: Id,
  token: OneTimeToken,
  url: Type.String({ format: 'uri-reference' }),
  expires_at: Timestamp,
})
export type PasswordResetLink = Static<typeof PasswordResetLink>

export const TokenPair = Type.Object({
  access_token: Type.String(),
  token_type: Type.Literal('bearer'),
  expires_in: Type.Integer({ minimum: 1, maximum: 2147483647, format: 'int32' }),
  refresh_token: RefreshToken,
})
export type TokenPair = Static<typeof TokenPair>

export const Session = Type.Object({
  id: Id,
  current: Type.Boolean(),
  address: Type.Optional(Type.String()),
  user_agent: Type.Optional(Type.String()),
  created_at: Timestamp,
  last_used_at: Timestamp,
  expires_at: Timestamp,
})
export type Session = Static<typeof Session>

export const SessionList = Type.Array(Session, { maxItems: 100 })
export type SessionList = Static<typeof SessionList>

export const BrowserSession = Type.Object({
  signed_in: Type.Boolean(),
  expires_at: Type.Optional(Timestamp),
})
export type BrowserSession = Static<typeof BrowserSession>

export const ApiKeyName = Type.String({ minLength: 1, maxLength: 100, pattern: '^(?!\\s*$)[^\\u0000-\\u001f\\u007f-\\u009f]+$', 'x-expected': 'text without control characters that is not only blanks' })
export type ApiKeyName = Static<typeof ApiKeyName>

export const ScopeList = Type.Array(Scope, { minItems: 1, maxItems: 50, uniqueItems: true })
export type ScopeList = Static<typeof ScopeList>

export const ApiKey = Type.Object({
  id: Id,
  user_id: Id,
  name: ApiKeyName,
  scopes: ScopeList,
  created_at: Timestamp,
  expires_at: Type.Optional(Timestamp),
  last_used_at: Type.Optional(Timestamp),
})
export type ApiKey = Static<typeof ApiKey>

export const ApiKeyList = Type.Array(ApiKey, { maxItems: 100 })
export type ApiKeyList = Static<typeof ApiKeyList>

export const ApiKeyWithSecret = Type.Object({
  id: Id,
  user_id: Id,
  name: ApiKeyName,
  scopes: ScopeList,
  created_at: Timestamp,
  expires_at: Type.Optional(Timestamp),
  key: Type.String({ pattern: '^pb_[A-Za-z0-9_-]{49}$' }),
})
export type ApiKeyWithSecret = Static<typeof ApiKeyWithSecret>

export const ApiKeyCreate = Type.Object({
  name: ApiKeyName,
  scopes: ScopeList,
  expires_at: Type.Optional(Type.Union([Type.String({ maxLength: 64, format: 'date-time', 'x-expected': 'a date-time with a time zone: send 2099-12-31T00:00:00Z' }), Type.Null()])),
  user_id: Type.Optional(Id),
}, { additionalProperties: false })
export type ApiKeyCreate = Static<typeof ApiKeyCreate>

export const AlertKind = Type.Enum(['large_transaction', 'unusual_velocity', 'score_drop'], { type: 'string' })
export type AlertKind = Static<typeof AlertKind>

export const AlertStatus = Type.Enum(['open', 'acknowledged'], { type: 'string' })
export type AlertStatus = Static<typeof AlertStatus>

export const AlertNote = Type.String({ maxLength: 1000, pattern: '^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f]*$', 'x-expected': 'text without control characters other than tabs and line breaks' })
export type AlertNote = Static<typeof AlertNote>

export const Alert = Type.Object({
  id: Id,
  user_id: Id,
  kind: AlertKind,
  status: AlertStatus,
  transaction_id: Type.Optional(Id),
  currency: Type.Optional(Currency),
  amount: Type.Optional(Amount),
  amount_limit: Type.Optional(Amount),
  date: Type.Optional(CalendarDate),
  transaction_count: Type.Optional(Type.Integer({ minimum: 1, maximum: 2147483647, format: 'int32' })),
  count_limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 2147483647, format: 'int32' })),
  score: Type.Optional(Type.Integer({ minimum: 300, maximum: 850, format: 'int32' })),
  previous_score: Type.Optional(Type.Integer({ minimum: 300, maximum: 850, format: 'int32' })),
  note: Type.Optional(AlertNote),
  acknowledged_by: Type.Optional(Id),
  acknowledged_at: Type.Optional(Timestamp),
  created_at: Timestamp,
  updated_at: Timestamp,
})
export type Alert = Static<typeof Alert>

export const AlertList = Type.Array(Alert, { maxItems: 100 })
export type AlertList = Static<typeof AlertList>

export const AlertUpdate = Type.Object({
  status: Type.Literal('acknowledged'),
  note: Type.Optional(Type.Union([Type.String({ maxLength: 1000, pattern: '^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f]*$', 'x-expected': 'text without control characters other than tabs and line breaks' }), Type.Null()])),
}, { additionalProperties: false })
export type AlertUpdate = Static<typeof AlertUpdate>

export const AuditAction = Type.String({ minLength: 3, maxLength: 64, pattern: '^[a-z][a-z_]*\\.[a-z][a-z_]*$', 'x-expected': 'the name of an action: send user.delete' })
export type AuditAction = Static<typeof AuditAction>

export const AuditOutcome = Type.Enum(['succeeded', 'refused'], { type: 'string' })
export type AuditOutcome = Static<typeof AuditOutcome>

export const AuditEntry = Type.Object({
  id: Id,
  created_at: Timestamp,
  action: AuditAction,
  outcome: AuditOutcome,
  actor_id: Type.Optional(Id),
  api_key_id: Type.Optional(Id),
  user_id: Type.Optional(Id),
  subject: Type.Optional(Type.String({ maxLength: 128 })),
  request_id: Type.Optional(Type.String({ maxLength: 128 })),
  address: Type.String({ maxLength: 64 }),
  count: Type.Integer({ minimum: 1, maximum: 2147483647, format: 'int32' }),
})
export type AuditEntry = Static<typeof AuditEntry>

export const AuditEntryList = Type.Array(AuditEntry, { maxItems: 100 })
export type AuditEntryList = Static<typeof AuditEntryList>

export const EventId = Type.Integer({ minimum: 1, maximum: 9007199254740991, format: 'int64' })
export type EventId = Static<typeof EventId>

export const EventRequestId = Type.String({ maxLength: 128 })
export type EventRequestId = Static<typeof EventRequestId>

export const EventType = Type.Enum(['transaction.created', 'transaction.updated', 'transaction.deleted', 'user.created', 'user.updated', 'user.deleted', 'statistics.updated', 'credit_score.changed', 'alert.raised', 'import.completed', 'import.failed', 'report.completed'], { type: 'string' })
export type EventType = Static<typeof EventType>

export const EventTypes = Type.Array(EventType, { minItems: 1, maxItems: 12, uniqueItems: true })
export type EventTypes = Static<typeof EventTypes>

export const TransactionType = Type.Enum(['credit', 'debit'], { type: 'string' })
export type TransactionType = Static<typeof TransactionType>

export const TransactionEventData = Type.Object({
  transaction_id: Id,
  transaction_date: Timestamp,
  transaction_amount: Amount,
  transaction_type: TransactionType,
  currency: Currency,
})
export type TransactionEventData = Static<typeof TransactionEventData>

export const UserEventData = Type.Object({
  user_id: Id,
})
export type UserEventData = Static<typeof UserEventData>

export const AlertEventData = Type.Object({
  alert_id: Id,
  kind: AlertKind,
})
export type AlertEventData = Static<typeof AlertEventData>

export const ImportEventData = Type.Object({
  import_id: Id,
})
export type ImportEventData = Static<typeof ImportEventData>

export const ReportEventData = Type.Object({
  report_id: Id,
})
export type ReportEventData = Static<typeof ReportEventData>

export const TransactionCreatedEvent = Type.Object({
  id: EventId,
  type: Type.Literal('transaction.created'),
  created_at: Timestamp,
  user_id: Type.Optional(Id),
  request_id: Type.Optional(EventRequestId),
  data: TransactionEventData,
})
export type TransactionCreatedEvent = Static<typeof TransactionCreatedEvent>

export const TransactionUpdatedEvent = Type.Object({
  id: EventId,
  type: Type.Literal('transaction.updated'),
  created_at: Timestamp,
  user_id: Type.Optional(Id),
  request_id: Type.Optional(EventRequestId),
  data: TransactionEventData,
})
export type TransactionUpdatedEvent = Static<typeof TransactionUpdatedEvent>

export const TransactionDeletedEvent = Type.Object({
  id: EventId,
  type: Type.Literal('transaction.deleted'),
  created_at: Timestamp,
  user_id: Type.Optional(Id),
  request_id: Type.Optional(EventRequestId),
  data: TransactionEventData,
})
export type TransactionDeletedEvent = Static<typeof TransactionDeletedEvent>

export const UserCreatedEvent = Type.Object({
  id: EventId,
  type: Type.Literal('user.created'),
  created_at: Timestamp,
  user_id: Type.Optional(Id),
  request_id: Type.Optional(EventRequestId),
  data: UserEventData,
})
export type UserCreatedEvent = Static<typeof UserCreatedEvent>

export const UserUpdatedEvent = Type.Object({
  id: EventId,
  type: Type.Literal('user.updated'),
  created_at: Timestamp,
  user_id: Type.Optional(Id),
  request_id: Type.Optional(EventRequestId),
  data: UserEventData,
})
export type UserUpdatedEvent = Static<typeof UserUpdatedEvent>

export const UserDeletedEvent = Type.Object({
  id: EventId,
  type: Type.Literal('user.deleted'),
  created_at: Timestamp,
  user_id: Type.Optional(Id),
  request_id: Type.Optional(EventRequestId),
  data: UserEventData,
})
export type UserDeletedEvent = Static<typeof UserDeletedEvent>

export const StatisticsUpdatedEvent = Type.Object({
  id: EventId,
  type: Type.Literal('statistics.updated'),
  created_at: Timestamp,
  user_id: Type.Optional(Id),
  request_id: Type.Optional(EventRequestId),
  data: UserEventData,
})
export type StatisticsUpdatedEvent = Static<typeof StatisticsUpdatedEvent>

export const CreditScoreChangedEvent = Type.Object({
  id: EventId,
  type: Type.Literal('credit_score.changed'),
  created_at: Timestamp,
  user_id: Type.Optional(Id),
  request_id: Type.Optional(EventRequestId),
  data: UserEventData,
})
export type CreditScoreChangedEvent = Static<typeof CreditScoreChangedEvent>

export const AlertRaisedEvent = Type.Object({
  id: EventId,
  type: Type.Literal('alert.raised'),
  created_at: Timestamp,
  user_id: Type.Optional(Id),
  request_id: Type.Optional(EventRequestId),
  data: AlertEventData,
})
export type AlertRaisedEvent = Static<typeof AlertRaisedEvent>

export const ImportCompletedEvent = Type.Object({
  id: EventId,
  type: Type.Literal('import.completed'),
  created_at: Timestamp,
  user_id: Type.Optional(Id),
  request_id: Type.Optional(EventRequestId),
  data: ImportEventData,
})
export type ImportCompletedEvent = Static<typeof ImportCompletedEvent>

export const ImportFailedEvent = Type.Object({
  id: EventId,
  type: Type.Literal('import.failed'),
  created_at: Timestamp,
  user_id: Type.Optional(Id),
  request_id: Type.Optional(EventRequestId),
  data: ImportEventData,
})
export type ImportFailedEvent = Static<typeof ImportFailedEvent>

export const ReportCompletedEvent = Type.Object({
  id: EventId,
  type: Type.Literal('report.completed'),
  created_at: Timestamp,
  user_id: Type.Optional(Id),
  request_id: Type.Optional(EventRequestId),
  data: ReportEventData,
})
export type ReportCompletedEvent = Static<typeof ReportCompletedEvent>

export const Event = Type.Union([TransactionCreatedEvent, TransactionUpdatedEvent, TransactionDeletedEvent, UserCreatedEvent, UserUpdatedEvent, UserDeletedEvent, StatisticsUpdatedEvent, CreditScoreChangedEvent, AlertRaisedEvent, ImportCompletedEvent, ImportFailedEvent, ReportCompletedEvent])
export type Event = Static<typeof Event>

export const EventList = Type.Array(Event, { maxItems: 100 })
export type EventList = Static<typeof EventList>

export const EventStream = Type.String()
export type EventStream = Static<typeof EventStream>

export const IntegrityProblem = Type.Object({
  user_id: Id,
  kind: Type.Enum(['transaction_altered', 'transaction_missing', 'transaction_unversioned', 'version_altered', 'version_missing', 'version_unlinked', 'link_altered', 'link_missing', 'head_altered', 'statistics_wrong'], { type: 'string' }),
  transaction_id: Type.Optional(Id),
  version_id: Type.Optional(Id),
})
export type IntegrityProblem = Static<typeof IntegrityProblem>

export const IntegrityReport = Type.Object({
  checked_users: Type.Integer({ minimum: 0, maximum: 9007199254740991, format: 'int64' }),
  versions: Type.Integer({ minimum: 0, maximum: 9007199254740991, format: 'int64' }),
  transactions: Type.Integer({ minimum: 0, maximum: 9007199254740991, format: 'int64' }),
  problems: Type.Array(IntegrityProblem),
  skipped_user_ids: Type.Array(Id),
  next_user_id: Type.Union([Type.Integer({ minimum: 1, maximum: 9007199254740991, format: 'int64' }), Type.Null()]),
})
export type IntegrityReport = Static<typeof IntegrityReport>

export const QueueState = Type.Object({
  name: Type.Enum(['events', 'webhooks'], { type: 'string' }),
  status: HealthStatus,
  waiting: Type.Optional(Type.Integer({ minimum: 0, maximum: 9007199254740991, format: 'int64' })),
  active: Type.Optional(Type.Integer({ minimum: 0, maximum: 9007199254740991, format: 'int64' })),
  delayed: Type.Optional(Type.Integer({ minimum: 0, maximum: 9007199254740991, format: 'int64' })),
  failed: Type.Optional(Type.Integer({ minimum: 0, maximum: 9007199254740991, format: 'int64' })),
})
export type QueueState = Static<typeof QueueState>

export const WaitingWork = Type.Object({
  job: Type.String(),
  waiting: Type.Integer({ minimum: 0, maximum: 9007199254740991, format: 'int64' }),
})
export type WaitingWork = Static<typeof WaitingWork>

export const Queues = Type.Object({
  queues: Type.Array(QueueState),
  outbox: Type.Array(WaitingWork),
  oldest_change_seconds: Type.Integer({ minimum: 0, maximum: 9007199254740991, format: 'int64' }),
})
export type Queues = Static<typeof Queues>

export const WebhookUrl = Type.String({ minLength: 8, maxLength: 2048, pattern: '^[Hh][Tt][Tt][Pp][Ss]?://[\\x21-\\x7e]+$', 'x-expected': 'a URL such as https://hooks.example.com/passbook' })
export type WebhookUrl = Static<typeof WebhookUrl>

export const WebhookEventType = Type.Enum(['*', 'transaction.created', 'transaction.updated', 'transaction.deleted', 'user.created', 'user.updated', 'user.deleted', 'statistics.updated', 'credit_score.changed', 'alert.raised', 'import.completed', 'import.failed', 'report.completed'], { type: 'string' })
export type WebhookEventType = Static<typeof WebhookEventType>

export const WebhookEventTypes = Type.Array(WebhookEventType, { minItems: 1, maxItems: 12, uniqueItems: true })
export type WebhookEventTypes = Static<typeof WebhookEventTypes>

export const WebhookDescription = Type.String({ maxLength: 500, pattern: '^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f]*$', 'x-expected': 'text without control characters other than tabs and line breaks' })
export type WebhookDescription = Static<typeof WebhookDescription>

export const WebhookEndpoint = Type.Object({
  id: Id,
  url: WebhookUrl,
  event_types: WebhookEventTypes,
  description: Type.Optional(WebhookDescription),
  enabled: Type.Boolean(),
  disabled_at: Type.Optional(Timestamp),
  disabled_reason: Type.Optional(Type.Enum(['request', 'failing', 'gone'], { type: 'string' })),
  failing_since: Type.Optional(Timestamp),
  created_at: Timestamp,
  updated_at: Timestamp,
})
export type WebhookEndpoint = Static<typeof WebhookEndpoint>

export const WebhookEndpointList = Type.Array(WebhookEndpoint, { maxItems: 100 })
export type WebhookEndpointList = Static<typeof WebhookEndpointList>

export const WebhookEndpointWithSecret = Type.Object({
  id: Id,
  url: WebhookUrl,
  event_types: WebhookEventTypes,
  description: Type.Optional(WebhookDescription),
  enabled: Type.Boolean(),
  disabled_at: Type.Optional(Timestamp),
  disabled_reason: Type.Optional(Type.Enum(['request', 'failing', 'gone'], { type: 'string' })),
  failing_since: Type.Optional(Timestamp),
  created_at: Timestamp,
  updated_at: Timestamp,
  secret: Type.String({ pattern: '^whsec_[A-Za-z0-9+/]{43}=$' }),
})
export type WebhookEndpointWithSecret = Static<typeof WebhookEndpointWithSecret>

export const WebhookEndpointCreate = Type.Object({
  url: WebhookUrl,
  event_types: Type.Optional(WebhookEventTypes),
  description: Type.Optional(Type.Union([Type.String({ maxLength: 500, pattern: '^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f]*$', 'x-expected': 'text without control characters other than tabs and line breaks' }), Type.Null()])),
  enabled: Type.Optional(Type.Boolean({ default: true })),
}, { additionalProperties: false })
export type WebhookEndpointCreate = Static<typeof WebhookEndpointCreate>

export const WebhookEndpointUpdate = Type.Object({
  url: Type.Optional(WebhookUrl),
  event_types: Type.Optional(WebhookEventTypes),
  description: Type.Optional(Type.Union([Type.String({ maxLength: 500, pattern: '^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f]*$', 'x-expected': 'text without control characters other than tabs and line breaks' }), Type.Null()])),
  enabled: Type.Optional(Type.Boolean()),
}, { additionalProperties: false, minProperties: 1 })
export type WebhookEndpointUpdate = Static<typeof WebhookEndpointUpdate>

export const WebhookDeliveryStatus = Type.Enum(['pending', 'delivered', 'failed'], { type: 'string' })
export type WebhookDeliveryStatus = Static<typeof WebhookDeliveryStatus>

export const WebhookAttempt = Type.Object({
  started_at: Timestamp,
  duration_ms: Type.Integer({ minimum: 0, maximum: 2147483647, format: 'int32' }),
  status: Type.Optional(Type.Integer({ minimum: 100, maximum: 999, format: 'int32' })),
  error: Type.Optional(Type.Enum(['private_target', 'dns', 'timeout', 'connection', 'tls', 'protocol'], { type: 'string' })),
  answer: Type.Optional(Type.String({ maxLength: 1024 })),
})
export type WebhookAttempt = Static<typeof WebhookAttempt>

export const WebhookDelivery = Type.Object({
  id: Id,
  endpoint_id: Id,
  event_id: Type.Optional(Id),
  type: Type.String({ maxLength: 64 }),
  user_id: Type.Optional(Id),
  status: WebhookDeliveryStatus,
  attempt_count: Type.Integer({ minimum: 0, maximum: 2147483647, format: 'int32' }),
  created_at: Timestamp,
  next_attempt_at: Type.Optional(Timestamp),
  finished_at: Type.Optional(Timestamp),
  attempts: Type.Array(WebhookAttempt, { maxItems: 10 }),
})
export type WebhookDelivery = Static<typeof WebhookDelivery>

export const WebhookDeliveryList = Type.Array(WebhookDelivery, { maxItems: 100 })
export type WebhookDeliveryList = Static<typeof WebhookDeliveryList>

export const WebhookTimestamp = Type.Object({
  timestamp: Timestamp,
})
export type WebhookTimestamp = Static<typeof WebhookTimestamp>

export const WebhookPing = Type.Object({
  type: Type.Literal('ping'),
  timestamp: Timestamp,
  data: Type.Object({
    endpoint_id: Id,
    delivery_id: Id,
  }),
  request_id: Type.Optional(EventRequestId),
})
export type WebhookPing = Static<typeof WebhookPing>

export const UserList = Type.Array(User, { maxItems: 100 })
export type UserList = Static<typeof UserList>

export const UserCreate = Type.Object({
  name: PersonName,
  email: EmailAddress,
  age: Type.Optional(Type.Union([Type.Integer({ minimum: 1, maximum: 150, format: 'int32' }), Type.Null()])),
  pincode: Type.Optional(Type.Union([Type.String({ maxLength: 12, pattern: '^[A-Za-z0-9 -]{3,12}$', 'x-expected': '3 to 12 letters, digits, spaces and hyphens, such as 560001' }), Type.Null()])),
}, { additionalProperties: false })
export type UserCreate = Static<typeof UserCreate>

export const UserUpdate = Type.Object({
  name: Type.Optional(PersonName),
  email: Type.Optional(EmailAddress),
  age: Type.Optional(Type.Union([Type.Integer({ minimum: 1, maximum: 150, format: 'int32' }), Type.Null()])),
  pincode: Type.Optional(Type.Union([Type.String({ maxLength: 12, pattern: '^[A-Za-z0-9 -]{3,12}$', 'x-expected': '3 to 12 letters, digits, spaces and hyphens, such as 560001' }), Type.Null()])),
  role: Type.Optional(Role),
  disabled: Type.Optional(Type.Boolean()),
}, { additionalProperties: false, minProperties: 1 })
export type UserUpdate = Static<typeof UserUpdate>

export const BulkMode = Type.Enum(['atomic', 'partial'], { type: 'string', default: 'atomic' })
export type BulkMode = Static<typeof BulkMode>

export const UserBulkCreate = Type.Object({
  mode: Type.Optional(BulkMode),
  users: Type.Array(UserCreate, { minItems: 1, maxItems: 1000 }),
}, { additionalProperties: false })
export type UserBulkCreate = Static<typeof UserBulkCreate>

export const UserBulkCreateUnchecked = Type.Object({
  mode: Type.Optional(BulkMode),
  users: Type.Array(Type.Unknown(), { minItems: 1, maxItems: 1000 }),
}, { additionalProperties: false })
export type UserBulkCreateUnchecked = Static<typeof UserBulkCreateUnchecked>

export const BulkItemError = Type.Object({
  code: Type.String(),
  status: Type.Integer({ minimum: 400, maximum: 599, format: 'int32' }),
  title: Type.String(),
  detail: Type.String(),
  errors: Type.Optional(Type.Array(ValidationError, { maxItems: 10 })),
})
export type BulkItemError = Static<typeof BulkItemError>

export const UserBulkItem = Type.Object({
  index: Type.Integer({ minimum: 0, maximum: 999, format: 'int32' }),
  status: Type.Integer({ minimum: 200, maximum: 599, format: 'int32' }),
  user: Type.Optional(User),
  error: Type.Optional(BulkItemError),
})
export type UserBulkItem = Static<typeof UserBulkItem>

export const UserBulkResult = Type.Object({
  created: Type.Integer({ minimum: 0, maximum: 9007199254740991, format: 'int64' }),
  failed: Type.Integer({ minimum: 0, maximum: 9007199254740991, format: 'int64' }),
  results: Type.Array(UserBulkItem),
})
export type UserBulkResult = Static<typeof UserBulkResult>

export const UserBulkDelete = Type.Object({
  ids: Type.Array(Id, { minItems: 1, maxItems: 1000 }),
}, { additionalProperties: false })
export type UserBulkDelete = Static<typeof UserBulkDelete>

export const UserBulkDeleteResult = Type.Object({
  deleted: Type.Integer({ minimum: 0, maximum: 9007199254740991, format: 'int64' }),
  not_found: Type.Array(Id),
})
export type UserBulkDeleteResult = Static<typeof UserBulkDeleteResult>

export const CompanyName = Type.String({ minLength: 1, maxLength: 200, pattern: '^(?!\\s*$)[^\\u0000-\\u001f\\u007f-\\u009f]+$', 'x-expected': 'text without control characters that is not only blanks' })
export type CompanyName = Static<typeof CompanyName>

export const JobTitle = Type.String({ minLength: 1, maxLength: 200, pattern: '^(?!\\s*$)[^\\u0000-\\u001f\\u007f-\\u009f]+$', 'x-expected': 'text without control characters that is not only blanks' })
export type JobTitle = Static<typeof JobTitle>

export const Employment = Type.Object({
  id: Id,
  user_id: Id,
  company_name: CompanyName,
  job_title: Type.Optional(JobTitle),
  start_date: Type.Optional(CalendarDate),
  end_date: Type.Optional(CalendarDate),
  is_current: Type.Boolean(),
  created_at: Timestamp,
  updated_at: Timestamp,
})
export type Employment = Static<typeof Employment>

export const EmploymentList = Type.Array(Employment, { maxItems: 100 })
export type EmploymentList = Static<typeof EmploymentList>

export const EmploymentCreate = Type.Object({
  company_name: CompanyName,
  job_title: Type.Optional(Type.Union([Type.String({ minLength: 1, maxLength: 200, pattern: '^(?!\\s*$)[^\\u0000-\\u001f\\u007f-\\u009f]+$', 'x-expected': 'text without control characters that is not only blanks' }), Type.Null()])),
  start_date: Type.Optional(Type.Union([Type.String({ format: 'date', 'x-expected': 'a date: send 2026-01-31' }), Type.Null()])),
  end_date: Type.Optional(Type.Union([Type.String({ format: 'date', 'x-expected': 'a date: send 2026-01-31' }), Type.Null()])),
  is_current: Type.Optional(Type.Boolean({ default: false })),
}, { additionalProperties: false })
export type EmploymentCreate = Static<typeof EmploymentCreate>

export const EmploymentUpdate = Type.Object({
  company_name: Type.Optional(CompanyName),
  job_title: Type.Optional(Type.Union([Type.String({ minLength: 1, maxLength: 200, pattern: '^(?!\\s*$)[^\\u0000-\\u001f\\u007f-\\u009f]+$', 'x-expected': 'text without control characters that is not only blanks' }), Type.Null()])),
  start_date: Type.Optional(Type.Union([Type.String({ format: 'date', 'x-expected': 'a date: send 2026-01-31' }), Type.Null()])),
  end_date: Type.Optional(Type.Union([Type.String({ format: 'date', 'x-expected': 'a date: send 2026-01-31' }), Type.Null()])),
  is_current: Type.Optional(Type.Boolean()),
}, { additionalProperties: false, minProperties: 1 })
export type EmploymentUpdate = Static<typeof EmploymentUpdate>

export const BankName = Type.String({ minLength: 1, maxLength: 200, pattern: '^(?!\\s*$)[^\\u0000-\\u001f\\u007f-\\u009f]+$', 'x-expected': 'text without control characters that is not only blanks' })
export type BankName = Static<typeof BankName>

export const AccountNumber = Type.String({ maxLength: 34, pattern: '^[A-Za-z0-9]{6,34}$', 'x-expected': '6 to 34 letters and digits without spaces, such as 50100234567890' })
export type AccountNumber = Static<typeof AccountNumber>

export const MaskedAccountNumber = Type.String({ pattern: '^\\*{2,30}[A-Z0-9]{4}$' })
export type MaskedAccountNumber = Static<typeof MaskedAccountNumber>

export const IfscCode = Type.String({ maxLength: 20, pattern: '^[A-Za-z0-9]{4,20}$', 'x-expected': '4 to 20 letters and digits, such as DECC0001234' })
export type IfscCode = Static<typeof IfscCode>

export const AccountType = Type.String({ minLength: 1, maxLength: 50, pattern: '^(?!\\s*$)[^\\u0000-\\u001f\\u007f-\\u009f]+$', 'x-expected': 'text without control characters that is not only blanks' })
export type AccountType = Static<typeof AccountType>

export const BankAccount = Type.Object({
  id: Id,
  user_id: Id,
  bank_name: BankName,
  account_number: MaskedAccountNumber,
  ifsc_code: Type.Optional(IfscCode),
  account_type: Type.Optional(AccountType),
  is_primary: Type.Boolean(),
  created_at: Timestamp,
  updated_at: Timestamp,
})
export type BankAccount = Static<typeof BankAccount>

export const BankAccountList = Type.Array(BankAccount, { maxItems: 100 })
export type BankAccountList = Static<typeof BankAccountList>

export const BankAccountCreate = Type.Object({
  bank_name: BankName,
  account_number: AccountNumber,
  ifsc_code: Type.Optional(Type.Union([Type.String({ maxLength: 20, pattern: '^[A-Za-z0-9]{4,20}$', 'x-expected': '4 to 20 letters and digits, such as DECC0001234' }), Type.Null()])),
  account_type: Type.Optional(Type.Union([Type.String({ minLength: 1, maxLength: 50, pattern: '^(?!\\s*$)[^\\u0000-\\u001f\\u007f-\\u009f]+$', 'x-expected': 'text without control characters that is not only blanks' }), Type.Null()])),
  is_primary: Type.Optional(Type.Boolean({ default: false })),
}, { additionalProperties: false })
export type BankAccountCreate = Static<typeof BankAccountCreate>

export const BankAccountUpdate = Type.Object({
  bank_name: Type.Optional(BankName),
  account_number: Type.Optional(AccountNumber),
  ifsc_code: Type.Optional(Type.Union([Type.String({ maxLength: 20, pattern: '^[A-Za-z0-9]{4,20}$', 'x-expected': '4 to 20 letters and digits, such as DECC0001234' }), Type.Null()])),
  account_type: Type.Optional(Type.Union([Type.String({ minLength: 1, maxLength: 50, pattern: '^(?!\\s*$)[^\\u0000-\\u001f\\u007f-\\u009f]+$', 'x-expected': 'text without control characters that is not only blanks' }), Type.Null()])),
  is_primary: Type.Optional(Type.Boolean()),
}, { additionalProperties: false, minProperties: 1 })
export type BankAccountUpdate = Static<typeof BankAccountUpdate>

export const TransactionDescription = Type.String({ maxLength: 500, pattern: '^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f]*$', 'x-expected': 'text without control characters other than tabs and line breaks' })
export type TransactionDescription = Static<typeof TransactionDescription>

export const TransactionReference = Type.String({ minLength: 1, maxLength: 100, pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f]*$', 'x-expected': 'text without control characters' })
export type TransactionReference = Static<typeof TransactionReference>

export const Transaction = Type.Object({
  id: Id,
  user_id: Id,
  full_name: PersonName,
  transaction_date: Timestamp,
  transaction_amount: Amount,
  transaction_type: TransactionType,
  currency: Currency,
  description: Type.Optional(TransactionDescription),
  reference: Type.Optional(TransactionReference),
  created_at: Timestamp,
  updated_at: Timestamp,
})
export type Transaction = Static<typeof Transaction>

export const TransactionList = Type.Array(Transaction, { maxItems: 100 })
export type TransactionList = Static<typeof TransactionList>

export const TransactionChange = Type.Enum(['created', 'updated', 'deleted'], { type: 'string' })
export type TransactionChange = Static<typeof TransactionChange>

export const TransactionVersion = Type.Object({
  id: Id,
  change: TransactionChange,
  recorded_at: Timestamp,
  actor_id: Type.Optional(Id),
  request_id: Type.Optional(Type.String({ maxLength: 128 })),
  transaction: Transaction,
})
export type TransactionVersion = Static<typeof TransactionVersion>

export const TransactionVersionList = Type.Array(TransactionVersion, { maxItems: 100 })
export type TransactionVersionList = Static<typeof TransactionVersionList>

export const TransactionPreview = Type.Object({
  user_id: Id,
  full_name: PersonName,
  transaction_date: Timestamp,
  transaction_amount: Amount,
  transaction_type: TransactionType,
  currency: Currency,
  description: Type.Optional(TransactionDescription),
  reference: Type.Optional(TransactionReference),
})
export type TransactionPreview = Static<typeof TransactionPreview>

export const TransactionCreate = Type.Object({
  user_id: Id,
  full_name: Type.Optional(PersonName),
  transaction_date: DateOrDateTime,
  transaction_amount: AmountInput,
  transaction_type: TransactionType,
  currency: Type.Optional(Currency),
  description: Type.Optional(Type.Union([Type.String({ maxLength: 500, pattern: '^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f]*$', 'x-expected': 'text without control characters other than tabs and line breaks' }), Type.Null()])),
  reference: Type.Optional(Type.Union([Type.String({ minLength: 1, maxLength: 100, pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f]*$', 'x-expected': 'text without control characters' }), Type.Null()])),
}, { additionalProperties: false })
export type TransactionCreate = Static<typeof TransactionCreate>

export const TransactionUpdate = Type.Object({
  full_name: Type.Optional(PersonName),
  transaction_date: Type.Optional(DateOrDateTime),
  transaction_amount: Type.Optional(AmountInput),
  transaction_type: Type.Optional(TransactionType),
  currency: Type.Optional(Currency),
  description: Type.Optional(Type.Union([Type.String({ maxLength: 500, pattern: '^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f]*$', 'x-expected': 'text without control characters other than tabs and line breaks' }), Type.Null()])),
  reference: Type.Optional(Type.Union([Type.String({ minLength: 1, maxLength: 100, pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f]*$', 'x-expected': 'text without control characters' }), Type.Null()])),
}, { additionalProperties: false, minProperties: 1 })
export type TransactionUpdate = Static<typeof TransactionUpdate>

export const TransactionBulkCreate = Type.Object({
  mode: Type.Optional(BulkMode),
  transactions: Type.Array(TransactionCreate, { minItems: 1, maxItems: 1000 }),
}, { additionalProperties: false })
export type TransactionBulkCreate = Static<typeof TransactionBulkCreate>

export const TransactionBulkCreateUnchecked = Type.Object({
  mode: Type.Optional(BulkMode),
  transactions: Type.Array(Type.Unknown(), { minItems: 1, maxItems: 1000 }),
}, { additionalProperties: false })
export type TransactionBulkCreateUnchecked = Static<typeof TransactionBulkCreateUnchecked>

export const TransactionBulkItem = Type.Object({
  index: Type.Integer({ minimum: 0, maximum: 999, format: 'int32' }),
  status: Type.Integer({ minimum: 200, maximum: 599, format: 'int32' }),
  transaction: Type.Optional(Transaction),
  error: Type.Optional(BulkItemError),
})
export type TransactionBulkItem = Static<typeof TransactionBulkItem>

export const TransactionBulkResult = Type.Object({
  created: Type.Integer({ minimum: 0, maximum: 9007199254740991, format: 'int64' }),
  failed: Type.Integer({ minimum: 0, maximum: 9007199254740991, format: 'int64' }),
  results: Type.Array(TransactionBulkItem),
})
export type TransactionBulkResult = Static<typeof TransactionBulkResult>

export const AnalyticsPeriod = Type.Object({
  from: Type.Optional(CalendarDate),
  to: Type.Optional(CalendarDate),
}, { minProperties: 1 })
export type AnalyticsPeriod = Static<typeof AnalyticsPeriod>

export const BusiestDay = Type.Object({
  date: CalendarDate,
  transaction_count: Type.Integer({ minimum: 1, maximum: 9007199254740991, format: 'int64' }),
})
export type BusiestDay = Static<typeof BusiestDay>

export const Analytics = Type.Object({
  user_id: Id,
  currency: Currency,
  period: Type.Union([AnalyticsPeriod, Type.Null()]),
  transaction_count: Type.Integer({ minimum: 0, maximum: 9007199254740991, format: 'int64' }),
  average_transaction_value: Type.Union([Type.String({ pattern: '^\\d+(\\.\\d+)?$' }), Type.Null()]),
  busiest_day: Type.Union([BusiestDay, Type.Null()]),
  total_credit: Amount,
  total_debit: Amount,
  net_total: SignedAmount,
  computed_at: Timestamp,
  is_current: Type.Boolean(),
})
export type Analytics = Static<typeof Analytics>

export const DailyAnalytics = Type.Object({
  date: CalendarDate,
  transaction_count: Type.Integer({ minimum: 1, maximum: 9007199254740991, format: 'int64' }),
  total_credit: Amount,
  total_debit: Amount,
})
export type DailyAnalytics = Static<typeof DailyAnalytics>

export const DailyAnalyticsList = Type.Array(DailyAnalytics)
export type DailyAnalyticsList = Static<typeof DailyAnalyticsList>

export const BusiestUser = Type.Object({
  user_id: Id,
  name: PersonName,
  currency: Currency,
  transaction_count: Type.Integer({ minimum: 1, maximum: 9007199254740991, format: 'int64' }),
  total_credit: Amount,
  total_debit: Amount,
  busiest_day: BusiestDay,
})
export type BusiestUser = Static<typeof BusiestUser>

export const BusiestUserList = Type.Array(BusiestUser)
export type BusiestUserList = Static<typeof BusiestUserList>

export const ScoreValue = Type.Union([Type.Integer({ minimum: 300, maximum: 850, format: 'int32' }), Type.Null()])
export type ScoreValue = Static<typeof ScoreValue>

export const ScoreBand = Type.Enum(['unscored', 'poor', 'fair', 'good', 'very_good', 'exceptional'], { type: 'string' })
export type ScoreBand = Static<typeof ScoreBand>

export const FormulaVersion = Type.Integer({ minimum: 0, maximum: 2147483647, format: 'int32' })
export type FormulaVersion = Static<typeof FormulaVersion>

export const ScoreFactor = Type.Object({
  name: Type.Enum(['income_regularity', 'credit_debit_ratio', 'balance_trend', 'low_volatility', 'history_length', 'activity'], { type: 'string' }),
  value: Type.Integer({ minimum: 0, maximum: 1000, format: 'int32' }),
  weight: Type.Integer({ minimum: 1, maximum: 100, format: 'int32' }),
  contribution: Type.Integer({ minimum: 0, maximum: 550, format: 'int32' }),
})
export type ScoreFactor = Static<typeof ScoreFactor>

export const CreditScore = Type.Object({
  score: ScoreValue,
  band: ScoreBand,
  factors: Type.Array(ScoreFactor),
  formula_version: FormulaVersion,
  computed_at: Timestamp,
  is_current: Type.Boolean(),
})
export type CreditScore = Static<typeof CreditScore>

export const PastScore = Type.Object({
  score: ScoreValue,
  band: ScoreBand,
  formula_version: FormulaVersion,
  computed_at: Timestamp,
})
export type PastScore = Static<typeof PastScore>

export const PastScoreList = Type.Array(PastScore, { maxItems: 100 })
export type PastScoreList = Static<typeof PastScoreList>

export const TaskTitle = Type.String({ minLength: 1, maxLength: 200, pattern: '^(?!\\s*$)[^\\u0000-\\u001f\\u007f-\\u009f]+$', 'x-expected': 'text without control characters that is not only blanks' })
export type TaskTitle = Static<typeof TaskTitle>

export const TaskDescription = Type.String({ maxLength: 5000, pattern: '^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f]*$', 'x-expected': 'text without control characters other than tabs and line breaks' })
export type TaskDescription = Static<typeof TaskDescription>

export const TaskStatus = Type.Enum(['pending', 'in_progress', 'completed'], { type: 'string' })
export type TaskStatus = Static<typeof TaskStatus>

export const TaskDueDate = Type.String({ pattern: '^(?!0000)', format: 'date', 'x-expected': 'a date of the years 1 to 9999: send 2026-02-15' })
export type TaskDueDate = Static<typeof TaskDueDate>

export const Task = Type.Object({
  id: Id,
  title: TaskTitle,
  description: Type.Optional(TaskDescription),
  status: TaskStatus,
  due_date: Type.Optional(TaskDueDate),
  created_at: Timestamp,
  updated_at: Timestamp,
})
export type Task = Static<typeof Task>

export const TaskList = Type.Array(Task, { maxItems: 100 })
export type TaskList = Static<typeof TaskList>

export const TaskCreate = Type.Object({
  title: TaskTitle,
  description: Type.Optional(Type.Union([Type.String({ maxLength: 5000, pattern: '^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f]*$', 'x-expected': 'text without control characters other than tabs and line breaks' }), Type.Null()])),
  status: Type.Optional(TaskStatus),
  due_date: Type.Optional(Type.Union([Type.String({ pattern: '^(?!0000)', format: 'date', 'x-expected': 'a date of the years 1 to 9999: send 2026-02-15' }), Type.Null()])),
}, { additionalProperties: false })
export type TaskCreate = Static<typeof TaskCreate>

export const TaskUpdate = Type.Object({
  title: Type.Optional(TaskTitle),
  description: Type.Optional(Type.Union([Type.String({ maxLength: 5000, pattern: '^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f]*$', 'x-expected': 'text without control characters other than tabs and line breaks' }), Type.Null()])),
  status: Type.Optional(TaskStatus),
  due_date: Type.Optional(Type.Union([Type.String({ pattern: '^(?!0000)', format: 'date', 'x-expected': 'a date of the years 1 to 9999: send 2026-02-15' }), Type.Null()])),
}, { additionalProperties: false, minProperties: 1 })
export type TaskUpdate = Static<typeof TaskUpdate>

export const TaskCreated = Type.Object({
  message: Type.Literal('Task created successfully'),
  task: Task,
})
export type TaskCreated = Static<typeof TaskCreated>

export const TaskUpdated = Type.Object({
  message: Type.Literal('Task updated successfully'),
  task: Task,
})
export type TaskUpdated = Static<typeof TaskUpdated>

export const TaskDeleted = Type.Object({
  message: Type.Literal('Task deleted successfully'),
})
export type TaskDeleted = Static<typeof TaskDeleted>

export const UserGroupKind = Type.Enum(['bank', 'company', 'pincode'], { type: 'string' })
export type UserGroupKind = Static<typeof UserGroupKind>

export const UserGroupKinds = Type.Array(UserGroupKind, { minItems: 1, maxItems: 3, uniqueItems: true })
export type UserGroupKinds = Static<typeof UserGroupKinds>

export const UserGroup = Type.Object({
  bank: Type.Optional(Type.String()),
  company: Type.Optional(Type.String()),
  pincode: Type.Optional(Type.String()),
  user_count: Type.Integer({ minimum: 1, maximum: 9007199254740991, format: 'int64' }),
})
export type UserGroup = Static<typeof UserGroup>

export const UserGroupList = Type.Array(UserGroup)
export type UserGroupList = Static<typeof UserGroupList>

export const ImportKind = Type.Enum(['dataset', 'users', 'transactions'], { type: 'string' })
export type ImportKind = Static<typeof ImportKind>

export const ImportStatus = Type.Enum(['queued', 'running', 'completed', 'failed', 'cancelled'], { type: 'string' })
export type ImportStatus = Static<typeof ImportStatus>

export const ImportName = Type.String({ minLength: 1, maxLength: 63, pattern: '^[A-Za-z0-9_][A-Za-z0-9_.-]*$', 'x-expected': 'a name of letters, digits, _, . and -, of which the first is a letter, a digit or _, such as orders-2026' })
export type ImportName = Static<typeof ImportName>

export const ColumnName = Type.String({ minLength: 1, maxLength: 1000, pattern: '^[^\\u0000]*$', 'x-expected': 'text without the character U+0000' })
export type ColumnName = Static<typeof ColumnName>

export const ColumnNames = Type.Array(ColumnName, { maxItems: 1600, uniqueItems: true })
export type ColumnNames = Static<typeof ColumnNames>

export const ColumnText = Type.String({ maxLength: 10000, pattern: '^[^\\u0000]*$', 'x-expected': 'text without the character U+0000' })
export type ColumnText = Static<typeof ColumnText>

export const ColumnTexts = Type.Record(Type.String(), ColumnText, { maxProperties: 1600 })
export type ColumnTexts = Static<typeof ColumnTexts>

export const NullWord = Type.String({ maxLength: 100, pattern: '^[^\\u0000]*$', 'x-expected': 'text without the character U+0000' })
export type NullWord = Static<typeof NullWord>

export const NullWords = Type.Array(NullWord, { maxItems: 50, uniqueItems: true })
export type NullWords = Static<typeof NullWords>

export const ColumnType = Type.Enum(['integer', 'numeric', 'boolean', 'date', 'timestamp', 'timestamptz', 'uuid', 'json', 'text'], { type: 'string' })
export type ColumnType = Static<typeof ColumnType>

export const RefusedRows = Type.Enum(['skip', 'abort'], { type: 'string' })
export type RefusedRows = Static<typeof RefusedRows>

export const TypesMode = Type.Enum(['infer', 'text'], { type: 'string' })
export type TypesMode = Static<typeof TypesMode>

export const RaggedRows = Type.Enum(['reject', 'pad'], { type: 'string' })
export type RaggedRows = Static<typeof RaggedRows>

export const DelimiterMark = Type.String({ maxLength: 3, pattern: '^([\\x20-\\x7e]|tab)$', 'x-expected': 'one ASCII character, or tab' })
export type DelimiterMark = Static<typeof DelimiterMark>

export const QuoteMark = Type.String({ maxLength: 4, pattern: '^([\\x20-\\x7e]|none)$', 'x-expected': 'one ASCII character, or none' })
export type QuoteMark = Static<typeof QuoteMark>

export const QuoteEscape = Type.Enum(['doubled', 'backslash'], { type: 'string' })
export type QuoteEscape = Static<typeof QuoteEscape>

export const EncodingWanted = Type.Enum(['utf-8', 'utf-16le', 'utf-16be', 'windows-1252', 'latin-1', 'windows-1250', 'windows-1251', 'iso-8859-2', 'macintosh', 'cp850', 'cp437'], { type: 'string' })
export type EncodingWanted = Static<typeof EncodingWanted>

export const LineEnd = Type.Enum(['any', 'lf', 'crlf', 'cr'], { type: 'string' })
export type LineEnd = Static<typeof LineEnd>

export const DecimalMark = Type.Enum(['.', ','], { type: 'string' })
export type DecimalMark = Static<typeof DecimalMark>

export const ThousandsMark = Type.Enum(['none', ',', '.', '\'', 'space'], { type: 'string' })
export type ThousandsMark = Static<typeof ThousandsMark>

export const ColumnTypes = Type.Record(Type.String(), ColumnType, { maxProperties: 1600 })
export type ColumnTypes = Static<typeof ColumnTypes>

export const FieldColumns = Type.Record(Type.String(), ColumnName, { maxProperties: 20 })
export type FieldColumns = Static<typeof FieldColumns>

export const DateOrder = Type.Enum(['dmy', 'mdy', 'ymd'], { type: 'string' })
export type DateOrder = Static<typeof DateOrder>

export const AmountStyle = Type.Enum(['plain', 'accounting'], { type: 'string' })
export type AmountStyle = Static<typeof AmountStyle>

export const ReferenceSource = Type.Enum(['hash'], { type: 'string' })
export type ReferenceSource = Static<typeof ReferenceSource>

export const ProfileText = Type.String({ maxLength: 200, pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f]*$', 'x-expected': 'text without control characters' })
export type ProfileText = Static<typeof ProfileText>

export const ProfileTexts = Type.Record(Type.String(), ProfileText, { maxProperties: 50, propertyNames: {"maxLength":200} })
export type ProfileTexts = Static<typeof ProfileTexts>

export const ProfileTypes = Type.Record(Type.String(), ColumnType, { maxProperties: 50, propertyNames: {"maxLength":200} })
export type ProfileTypes = Static<typeof ProfileTypes>

export const ProfileColumns = Type.Array(ProfileText, { maxItems: 50, uniqueItems: true })
export type ProfileColumns = Static<typeof ProfileColumns>

export const ProfileWords = Type.Array(ProfileText, { maxItems: 50, uniqueItems: true })
export type ProfileWords = Static<typeof ProfileWords>

export const ProfileFields = Type.Object({
  user_id: Type.Optional(ProfileText),
  user_email: Type.Optional(ProfileText),
  transaction_date: Type.Optional(ProfileText),
  transaction_amount: Type.Optional(ProfileText),
  debit: Type.Optional(ProfileText),
  credit: Type.Optional(ProfileText),
  transaction_type: Type.Optional(ProfileText),
  full_name: Type.Optional(ProfileText),
  currency: Type.Optional(ProfileText),
  description: Type.Optional(ProfileText),
  reference: Type.Optional(ProfileText),
  name: Type.Optional(ProfileText),
  email: Type.Optional(ProfileText),
  age: Type.Optional(ProfileText),
  pincode: Type.Optional(ProfileText),
  company_name: Type.Optional(ProfileText),
  job_title: Type.Optional(ProfileText),
  bank_name: Type.Optional(ProfileText),
  account_number: Type.Optional(ProfileText),
  ifsc_code: Type.Optional(ProfileText),
}, { additionalProperties: false })
export type ProfileFields = Static<typeof ProfileFields>

export const ImportProfileOptions = Type.Object({
  max_errors: Type.Optional(Type.Integer({ minimum: 0, maximum: 1000000000, format: 'int32' })),
  on_error: Type.Optional(RefusedRows),
  types: Type.Optional(TypesMode),
  ragged: Type.Optional(RaggedRows),
  delimiter: Type.Optional(DelimiterMark),
  quote: Type.Optional(QuoteMark),
  escape: Type.Optional(QuoteEscape),
  encoding: Type.Optional(EncodingWanted),
  line_end: Type.Optional(LineEnd),
  header: Type.Optional(Type.Boolean()),
  preamble_lines: Type.Optional(Type.Integer({ minimum: 0, maximum: 1000, format: 'int32' })),
  footer_lines: Type.Optional(Type.Integer({ minimum: 0, maximum: 1000, format: 'int32' })),
  null: Type.Optional(ProfileWords),
  decimal: Type.Optional(DecimalMark),
  thousands: Type.Optional(ThousandsMark),
  currency_signs: Type.Optional(Type.Boolean()),
  critical: Type.Optional(ProfileColumns),
  primary_key: Type.Optional(ProfileColumns),
  default: Type.Optional(ProfileTexts),
  rename: Type.Optional(ProfileTexts),
  type: Type.Optional(ProfileTypes),
  date_order: Type.Optional(DateOrder),
  amounts: Type.Optional(AmountStyle),
  column: Type.Optional(ProfileFields),
  user_id: Type.Optional(Id),
  currency: Type.Optional(Currency),
  reference: Type.Optional(ReferenceSource),
}, { additionalProperties: false })
export type ImportProfileOptions = Static<typeof ImportProfileOptions>

export const ImportProfileCreate = Type.Object({
  name: ImportName,
  kind: ImportKind,
  options: ImportProfileOptions,
}, { additionalProperties: false })
export type ImportProfileCreate = Static<typeof ImportProfileCreate>

export const ImportProfile = Type.Object({
  name: ImportName,
  kind: ImportKind,
  options: ImportProfileOptions,
  created_at: Timestamp,
})
export type ImportProfile = Static<typeof ImportProfile>

export const ImportProfileList = Type.Array(ImportProfile, { maxItems: 100 })
export type ImportProfileList = Static<typeof ImportProfileList>

export const PreviewRow = Type.Record(Type.String(), Type.Union([Type.String(), Type.Null()]))
export type PreviewRow = Static<typeof PreviewRow>

export const PreviewReject = Type.Object({
  line: Type.Integer({ minimum: 1, maximum: 9007199254740991, format: 'int64' }),
  column: Type.String(),
  code: Type.String(),
  reason: Type.String(),
  cells: Type.Array(Type.String()),
})
export type PreviewReject = Static<typeof PreviewReject>

export const ListedLine = Type.Object({
  line: Type.Integer({ minimum: 1, maximum: 9007199254740991, format: 'int64' }),
  text: Type.String(),
})
export type ListedLine = Static<typeof ListedLine>

export const ListedLines = Type.Array(ListedLine, { maxItems: 100 })
export type ListedLines = Static<typeof ListedLines>

export const ImportDialect = Type.Object({
  encoding: Type.Enum(['utf-8', 'utf-16le', 'utf-16be', 'windows-1252', 'windows-1250', 'windows-1251', 'iso-8859-2', 'macintosh', 'cp850', 'cp437'], { type: 'string' }),
  encoding_guessed: Type.Optional(Type.Boolean()),
  bom: Type.Optional(Type.Boolean()),
  delimiter: Type.String(),
  quote: Type.Union([Type.String(), Type.Null()]),
  escape: Type.Enum(['doubled', 'backslash'], { type: 'string' }),
  line_end: Type.Enum(['lf', 'crlf', 'cr', 'mixed', 'none'], { type: 'string' }),
  header: Type.Boolean(),
  header_lines: Type.Integer({ minimum: 0, maximum: 3, format: 'int32' }),
  preamble_lines: Type.Integer({ minimum: 0, maximum: 9007199254740991, format: 'int64' }),
  footer_lines: Type.Integer({ minimum: 0, maximum: 9007199254740991, format: 'int64' }),
  repeated_headers: Type.Integer({ minimum: 0, maximum: 9007199254740991, format: 'int64' }),
  blank_rows: Type.Optional(Type.Integer({ minimum: 0, maximum: 9007199254740991, format: 'int64' })),
  byte_order_marks: Type.Optional(Type.Integer({ minimum: 0, maximum: 9007199254740991, format: 'int64' })),
  preamble: Type.Optional(ListedLines),
  footer: Type.Optional(ListedLines),
  repeated_header_rows: Type.Optional(ListedLines),
  blank_row_lines: Type.Optional(ListedLines),
  trailing_empty_columns: Type.Integer({ minimum: 0, maximum: 9007199254740991, format: 'int64' }),
  ragged_rows: Type.Integer({ minimum: 0, maximum: 9007199254740991, format: 'int64' }),
  mended_bytes: Type.Integer({ minimum: 0, maximum: 9007199254740991, format: 'int64' }),
})
export type ImportDialect = Static<typeof ImportDialect>

export const Column = Type.Object({
  name: Type.String(),
  source_name: Type.Union([Type.String(), Type.Null()]),
  type: ColumnType,
  nullable: Type.Boolean(),
  ambiguous: Type.Optional(Type.Boolean()),
  ignored: Type.Optional(Type.Boolean()),
})
export type Column = Static<typeof Column>

export const AmbiguousColumns = Type.Array(Type.String())
export type AmbiguousColumns = Static<typeof AmbiguousColumns>

export const ImportPreview = Type.Object({
  kind: ImportKind,
  bytes_read: Type.Integer({ minimum: 0, maximum: 9007199254740991, format: 'int64' }),
  complete: Type.Boolean(),
  dialect: ImportDialect,
  columns: Type.Array(Column),
  ambiguous: AmbiguousColumns,
  rows_read: Type.Integer({ minimum: 0, maximum: 9007199254740991, format: 'int64' }),
  rows_rejected: Type.Integer({ minimum: 0, maximum: 9007199254740991, format: 'int64' }),
  rows: Type.Array(PreviewRow),
  rejects: Type.Array(PreviewReject),
})
export type ImportPreview = Static<typeof ImportPreview>

export const ImportError = Type.Object({
  code: Type.String(),
  detail: Type.String(),
  line: Type.Optional(Type.Integer({ minimum: 1, maximum: 9007199254740991, format: 'int64' })),
})
export type ImportError = Static<typeof ImportError>

export const Import = Type.Object({
  id: Id,
  kind: ImportKind,
  name: ImportName,
  status: ImportStatus,
  dry_run: Type.Boolean(),
  sha256: Type.Optional(Type.String({ pattern: '^[0-9a-f]{64}$' })),
  bytes_total: Type.Optional(Type.Integer({ minimum: 0, maximum: 9007199254740991, format: 'int64' })),
  bytes_read: Type.Integer({ minimum: 0, maximum: 9007199254740991, format: 'int64' }),
  rows_read: Type.Integer({ minimum: 0, maximum: 9007199254740991, format: 'int64' }),
  rows_loaded: Type.Integer({ minimum: 0, maximum: 9007199254740991, format: 'int64' }),
  rows_rejected: Type.Integer({ minimum: 0, maximum: 9007199254740991, format: 'int64' }),
  rows_skipped: Type.Integer({ minimum: 0, maximum: 9007199254740991, format: 'int64' }),
  rows_per_second: Type.Optional(Type.Integer({ minimum: 0, maximum: 9007199254740991, format: 'int64' })),
  progress: Type.Number({ minimum: 0, maximum: 1 }),
  eta_seconds: Type.Optional(Type.Integer({ minimum: 0, maximum: 9007199254740991, format: 'int64' })),
  dialect: Type.Union([ImportDialect, Type.Null()]),
  columns: Type.Array(Column),
  ambiguous: AmbiguousColumns,
  requested_by: Id,
  created_at: Timestamp,
  started_at: Type.Optional(Timestamp),
  finished_at: Type.Optional(Timestamp),
  error: Type.Optional(ImportError),
})
export type Import = Static<typeof Import>

export const ImportList = Type.Array(Import, { maxItems: 100 })
export type ImportList = Static<typeof ImportList>

export const ImportFile = Type.String({ format: 'binary' })
export type ImportFile = Static<typeof ImportFile>

export const ImportForm = Type.Object({
  file: Type.String({ format: 'binary' }),
})
export type ImportForm = Static<typeof ImportForm>

export const ImportEvents = Type.String()
export type ImportEvents = Static<typeof ImportEvents>

export const ImportRejects = Type.String()
export type ImportRejects = Static<typeof ImportRejects>

export const ReportType = Type.Enum(['user_groups'], { type: 'string' })
export type ReportType = Static<typeof ReportType>

export const ReportFormat = Type.Enum(['json', 'csv'], { type: 'string', default: 'json' })
export type ReportFormat = Static<typeof ReportFormat>

export const ReportStatus = Type.Enum(['queued', 'running', 'completed', 'failed'], { type: 'string' })
export type ReportStatus = Static<typeof ReportStatus>

export const ReportCreate = Type.Object({
  type: ReportType,
  group_by: UserGroupKinds,
  format: Type.Optional(ReportFormat),
  include_members: Type.Optional(Type.Boolean({ default: false })),
}, { additionalProperties: false })
export type ReportCreate = Static<typeof ReportCreate>

export const ReportError = Type.Object({
  code: Type.Enum(['report_failed'], { type: 'string' }),
  detail: Type.String(),
})
export type ReportError = Static<typeof ReportError>

export const Report = Type.Object({
  id: Id,
  type: ReportType,
  status: ReportStatus,
  group_by: UserGroupKinds,
  format: ReportFormat,
  include_members: Type.Boolean(),
  progress: Type.Number({ minimum: 0, maximum: 1 }),
  group_count: Type.Optional(Type.Integer({ minimum: 0, maximum: 9007199254740991, format: 'int64' })),
  bytes: Type.Optional(Type.Integer({ minimum: 0, maximum: 9007199254740991, format: 'int64' })),
  requested_by: Id,
  created_at: Timestamp,
  started_at: Type.Optional(Timestamp),
  finished_at: Type.Optional(Timestamp),
  expires_at: Timestamp,
  download_url: Type.Optional(Type.String({ format: 'uri-reference' })),
  error: Type.Optional(ReportError),
})
export type Report = Static<typeof Report>

export const ReportList = Type.Array(Report, { maxItems: 100 })
export type ReportList = Static<typeof ReportList>

export const ReportHead = Type.Object({
  type: ReportType,
  group_by: UserGroupKinds,
  include_members: Type.Boolean(),
  created_at: Timestamp,
})
export type ReportHead = Static<typeof ReportHead>

export const ReportGroup = Type.Object({
  bank: Type.Optional(Type.String()),
  company: Type.Optional(Type.String()),
  pincode: Type.Optional(Type.String()),
  user_count: Type.Integer({ minimum: 1, maximum: 9007199254740991, format: 'int64' }),
  members: Type.Optional(Type.Array(Id)),
})
export type ReportGroup = Static<typeof ReportGroup>

export const ReportFile = Type.Object({
  report: ReportHead,
  groups: Type.Array(ReportGroup),
})
export type ReportFile = Static<typeof ReportFile>

export const ReportCsv = Type.String()
export type ReportCsv = Static<typeof ReportCsv>

export const Dataset = Type.Object({
  name: Type.String(),
  columns: Type.Array(Column),
  row_count: Type.Integer({ minimum: 0, maximum: 9007199254740991, format: 'int64' }),
  bytes: Type.Integer({ minimum: 0, maximum: 9007199254740991, format: 'int64' }),
  import_id: Type.Optional(Id),
  created_at: Timestamp,
})
export type Dataset = Static<typeof Dataset>

export const DatasetList = Type.Array(Dataset, { maxItems: 100 })
export type DatasetList = Static<typeof DatasetList>

export const DatasetRow = Type.Object({}, { additionalProperties: true })
export type DatasetRow = Static<typeof DatasetRow>

export const DatasetRowList = Type.Array(DatasetRow, { maxItems: 100 })
export type DatasetRowList = Static<typeof DatasetRowList>

export const DatasetFilterValue = Type.Union([Type.String({ maxLength: 10000 }), Type.Array(Type.String({ maxLength: 10000 }), { maxItems: 100 })])
export type DatasetFilterValue = Static<typeof DatasetFilterValue>

export const DatasetIndexesUpdate = Type.Object({
  columns: Type.Array(Type.String({ minLength: 1, maxLength: 63, pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f]+$', 'x-expected': 'text without control characters' }), { maxItems: 8, uniqueItems: true }),
}, { additionalProperties: false })
export type DatasetIndexesUpdate = Static<typeof DatasetIndexesUpdate>

export const DatasetIndexState = Type.Enum(['building', 'ready', 'failed'], { type: 'string' })
export type DatasetIndexState = Static<typeof DatasetIndexState>

export const DatasetIndex = Type.Object({
  column: Type.String(),
  state: DatasetIndexState,
})
export type DatasetIndex = Static<typeof DatasetIndex>

export const DatasetIndexes = Type.Object({
  indexes: Type.Array(DatasetIndex),
})
export type DatasetIndexes = Static<typeof DatasetIndexes>

export const DatasetCsv = Type.String()
export type DatasetCsv = Static<typeof DatasetCsv>
