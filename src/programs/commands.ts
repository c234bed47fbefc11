import type { Command } from '../lib/command-line.ts'

const DATABASE = 'It works on the database of DATABASE_URL or DATA_DIR.'
const READY = 'once it is ready. The log then goes to standard error.'

export const startCommand = {
  name: 'start',
  summary: `Serves the API and runs the worker, on the PostgreSQL of DATABASE_URL or on an embedded one
with its data in DATA_DIR. Prints its address and the admin's user name. Ctrl-C stops it.`,
  document: `{"url", "docs", "data", "admin"}, ${READY}`,
  notes: 'Environment variables configure it. README.md lists them.',
} as const satisfies Command

export const apiCommand = {
  name: 'api',
  summary:
    'Serves the API in API_PROCESSES processes. Several such can run side by side. Needs DATABASE_URL and REDIS_URL.',
  document: `{"url"}, ${READY}`,
  notes: startCommand.notes,
} as const satisfies Command

export const workerCommand = {
  name: 'worker',
  summary: `Runs jobs. Several such processes can run side by side. Needs DATABASE_URL and REDIS_URL. With WORKER_PORT
it serves /health/* and /metrics on that port.`,
  document: `{"url"}, ${READY}`,
  notes: startCommand.notes,
} as const satisfies Command

export const migrateCommand = {
  name: 'migrate',
  summary:
    'Applies the pending database migrations. Safe to run at any time, and several times at once.',
  document: '{"applied": [NAME, …]}',
  notes: DATABASE,
} as const satisfies Command

export const jobsCommand = {
  name: 'jobs',
  summary:
    'Lists the jobs that failed for good, or puts them back into the queue: all, or one by its ID.',
  document: '{"failed": [{"id", "event", …}, …]}, or {"put_back": COUNT}',
  positionals: { usage: 'list | retry [ID]', min: 1, max: 2 },
  notes: `${DATABASE} With REDIS_URL it reads the jobs from that Redis.`,
} as const satisfies Command

export const secretsCommand = {
  name: 'secrets',
  summary: 'Prints new secrets as environment variables. It stores them nowhere.',
  document: '{"JWT_SECRET", "ENCRYPTION_KEYS"}',
} as const satisfies Command

export const keysCommand = {
  name: 'keys',
  summary: `Replaces encryption keys while the service goes on. add makes new ones; rotate has all that is stored made
anew under the newest ones, and may be ended and run again; status says what is stored under which key.`,
  document: `{"added", "file" or "ENCRYPTION_KEYS"}, {"field_key", "index_key", "values", "seconds"}, or
{"rotation_under_way", "phase", "keys": [{"id", "kind", "current", "values": {TABLE.COLUMN: COUNT}, "may_go"}, …]}`,
  positionals: { usage: 'add | rotate | status', min: 1, max: 1 },
  notes: `${DATABASE} ARCHITECTURE.md has the steps.`,
} as const satisfies Command

export const verifyCommand = {
  name: 'verify',
  summary: `Looks for what was altered behind the service's back: compares transactions with their versions, versions
with the chain of hashes of their user, and statistics with the transactions. What it finds makes it end with 1.`,
  document: `{"users", "versions", "transactions", "found", "problems": [{"user_id", "kind", "transaction_id",
"version_id"}, …], "repaired", "seconds"}`,
  options: {
    user: { value: 'N', text: 'check this user alone' },
    'repair-statistics': { text: 'have wrong statistics computed anew' },
  },
  notes: `A run that was ended is gone on with: DATA_DIR/verify.json keeps where it was. The document of the API explains each
kind of problem (GET /v1/admin/integrity). ${DATABASE}`,
} as const satisfies Command

export const etlCommand = {
  name: 'etl',
  summary: `Groups users by bank, by company and by pincode in one run, and writes the groups to FILE, the largest
first. FILE appears only when it is complete, and replaces an existing one.`,
  document: '{"file", "format", "groups", "bytes", "seconds", "log"}',
  options: {
    out: { value: 'FILE', text: 'the file to write', required: true },
    format: { value: 'json|csv', text: 'default: by the extension of FILE' },
    'group-by': {
      value: 'LIST',
      text: 'group by a combination instead: one or more of bank,company,pincode',
    },
    members: { text: 'list the ids of the users of each group' },
  },
  notes: `It logs its steps in DATA_DIR/logs. ${DATABASE}`,
} as const satisfies Command

export const importCommand = {
  name: 'import',
  summary: `Loads a CSV file of any size, plain or gzip, as a dataset, as users or as transactions. It loads all or
nothing. It detects the file's dialect and the types of its columns.`,
  document:
    'the import, as GET /v1/imports/{id} returns it; with --preview what POST /v1/imports/preview returns',
  positionals: { usage: 'FILE.csv', min: 1, max: 1 },
  options: {
    kind: {
      value: 'dataset|users|transactions',
      text: 'what its rows become; default: dataset',
    },
    name: { value: 'NAME', text: 'name of the import; default: the name of the file' },
    rejects: { value: 'FILE', text: 'the file to write rejects to, with their reasons' },
    as: { value: 'USERNAME', text: 'the account that owns the import; default: the first admin' },
    preview: { text: 'show what the first 200 kB would become, and load nothing' },
    'dry-run': { text: 'check and count all rows, and store nothing' },
    welcome: { text: 'with --kind users: send welcome mails to them' },
    'max-errors': { value: 'N', text: 'fail when more than N rows are rejected' },
    'on-error': { value: 'skip|abort', text: 'skip a rejected row, or abort the import' },
    types: { value: 'infer|text', text: 'infer column types, or keep every cell as text' },
    ragged: { value: 'reject|pad', text: 'reject or pad rows with too few or too many cells' },
    'if-exists': { value: 'fail|replace', text: 'fail or replace if the dataset exists' },
    critical: { value: 'COLUMN', text: 'a column that must not be empty', repeatable: true },
    default: {
      value: 'COLUMN=VALUE',
      text: 'a value for the empty cells of a column',
      repeatable: true,
    },
    'primary-key': { value: 'COLUMN', text: 'a column of the primary key', repeatable: true },
    rename: { value: 'OLD=NEW', text: 'a new name for a column', repeatable: true },
    null: { value: 'WORD', text: 'a cell value that means null', repeatable: true },
    delimiter: { value: 'CHARACTER', text: 'the delimiter between cells, or tab' },
    quote: { value: 'CHARACTER', text: 'the quote around cells, or none' },
    escape: { value: 'doubled|backslash', text: 'how a quoted cell escapes a quote' },
    encoding: { value: 'NAME', text: 'utf-8, utf-16le, utf-16be, windows-1252 or latin-1' },
    'line-end': { value: 'any|lf|crlf|cr', text: 'what ends a row' },
    header: { value: 'true|false', text: 'whether the first row names the columns' },
    'preamble-lines': { value: 'N', text: 'lines before the table' },
    'footer-lines': { value: 'N', text: 'lines after the table' },
    decimal: { value: '.|,', text: 'the decimal separator' },
    thousands: { value: 'CHARACTER', text: 'the thousands separator, space or none' },
    'currency-signs': { text: 'accept currency signs in numbers' },
    type: {
      value: 'COLUMN=TYPE',
      text: 'the type of a column of a dataset; other cells refuse their row',
      repeatable: true,
    },
    'date-order': { value: 'dmy|mdy|ymd', text: 'the order of day, month and year' },
    amounts: { value: 'plain|accounting', text: 'read amounts as account statements have them' },
    column: {
      value: 'FIELD=COLUMN',
      text: 'the column of a field of users or transactions',
      repeatable: true,
    },
    'user-id': { value: 'N', text: 'with --kind transactions: the user of all rows' },
    'user-email': { value: 'ADDRESS', text: 'the same by their verified email address' },
    currency: { value: 'CODE', text: 'the currency of rows that have none' },
    profile: { value: 'NAME', text: "an import profile of the account's, for what is not given" },
    reference: { value: 'hash', text: 'make references, so that statements may overlap' },
  },
  notes: `Each option works like the parameter of POST /v1/imports with that name. It detects what is not given of the
dialect. It logs its steps in DATA_DIR/logs.
${DATABASE}`,
} as const satisfies Command

export const demoCommand = {
  name: 'demo',
  summary: `Loads users and transactions through the API, from the CSV files or generated, and checks every figure
against its own exact arithmetic. It starts a service on temporary data, and removes both afterwards. With
--into-running it fills the service of \`npm start\` instead, so that there is something to look at.`,
  document: `{"users", "transactions", "figures", "differences": [{"user_id", …}, …], "seconds_to_current",
"event_lag"}`,
  positionals: { usage: '[USERS.csv TRANSACTIONS.csv]', min: 0, max: 2 },
  options: {
    'into-running': {
      text: 'make customers in the service that runs at URL (default: on PORT), with all that belongs to them, until today',
    },
    url: { value: 'URL', text: 'use the service that runs at URL; all users are new to it' },
    username: {
      value: 'NAME',
      text: 'a staff or admin account of that service; default: DEMO_USERNAME',
    },
    password: { value: 'PASSWORD', text: 'its password; default: DEMO_PASSWORD' },
  },
} as const satisfies Command
