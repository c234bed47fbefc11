import type { Command } from '../lib/command-line.ts'

const DATABASE = 'The database is that of DATABASE_URL or DATA_DIR.'
const READY = 'once it is ready; the log goes to standard error then.'

export const startCommand = {
  name: 'start',
  summary: `Serves the API and runs the worker in one process, on the PostgreSQL of DATABASE_URL, or on one of its own,
whose data is in DATA_DIR. Prints where it is and who the admin is. Ctrl-C stops it.`,
  document: `{"url", "docs", "data", "admin"}, ${READY}`,
  notes: 'Environment variables configure it: README.md lists them.',
} as const satisfies Command

export const apiCommand = {
  name: 'api',
  summary: 'Serves the API, one process of many. It needs DATABASE_URL and REDIS_URL.',
  document: `{"url"}, ${READY}`,
  notes: startCommand.notes,
} as const satisfies Command

export const workerCommand = {
  name: 'worker',
  summary: `Runs jobs, one process of many. It needs DATABASE_URL and REDIS_URL; where WORKER_PORT is set it answers
/health/* and /metrics there.`,
  document: `{"url"}, ${READY}`,
  notes: startCommand.notes,
} as const satisfies Command

export const migrateCommand = {
  name: 'migrate',
  summary: 'Brings the database up to date. Safe to run at any time, many times at once.',
  document: '{"applied": [NAME, …]}',
  notes: DATABASE,
} as const satisfies Command

export const jobsCommand = {
  name: 'jobs',
  summary: 'Shows the jobs that failed for good, and puts them back, all or the one of an ID.',
  document: '{"failed": [{"id", "event", …}, …]}, or {"put_back": COUNT}',
  positionals: { usage: 'list | retry [ID]', min: 1, max: 2 },
  notes: `${DATABASE} With REDIS_URL the jobs are in that Redis.`,
} as const satisfies Command

export const secretsCommand = {
  name: 'secrets',
  summary: 'Prints fresh secrets as environment variables. They are not kept anywhere.',
  document: '{"JWT_SECRET", "ENCRYPTION_KEYS"}',
} as const satisfies Command

export const etlCommand = {
  name: 'etl',
  summary: `Groups users by bank, by company and by pincode in one run, and writes the groups to FILE, the largest
first. FILE appears when it is whole, and replaces one of the same name.`,
  document: '{"file", "format", "groups", "bytes", "seconds", "log"}',
  options: {
    out: { value: 'FILE', text: 'where to write', required: true },
    format: { value: 'json|csv', text: 'else what the name of FILE ends in' },
    'group-by': {
      value: 'LIST',
      text: 'group by these jointly instead: one or more of bank,company,pincode',
    },
    members: { text: "list the ids of each group's users" },
  },
  notes: `Steps are logged in DATA_DIR/logs. ${DATABASE}`,
} as const satisfies Command

export const importCommand = {
  name: 'import',
  summary: `Loads a CSV file, or its gzip, of any size: as a dataset, as users or as transactions. All of it is loaded or
nothing. How it is written and what types its columns have is found out.`,
  document: 'the import, as GET /v1/imports/{id} answers it',
  positionals: { usage: 'FILE.csv', min: 1, max: 1 },
  options: {
    kind: {
      value: 'dataset|users|transactions',
      text: 'what its rows become; dataset when not given',
    },
    name: { value: 'NAME', text: 'what it is called; as the file when not given' },
    rejects: { value: 'FILE', text: 'where to write the rows that are refused, with the reason' },
    as: { value: 'USERNAME', text: 'the account it is loaded for; the first admin when not given' },
    'dry-run': { text: 'check and count everything, store nothing' },
    'max-errors': { value: 'N', text: 'fail when more rows are refused' },
    'on-error': { value: 'skip|abort', text: 'what a refused row does' },
    types: { value: 'infer|text', text: 'text keeps every cell as it stands' },
    ragged: { value: 'reject|pad', text: 'rows with too few or too many cells' },
    'if-exists': { value: 'fail|replace', text: 'a dataset of the same name' },
    critical: { value: 'COLUMN', text: 'a column that a row must fill', repeatable: true },
    default: {
      value: 'COLUMN=VALUE',
      text: 'what stands in where a column is null',
      repeatable: true,
    },
    'primary-key': { value: 'COLUMN', text: 'a column of the primary key', repeatable: true },
    rename: { value: 'OLD=NEW', text: 'another name for a column', repeatable: true },
    null: { value: 'WORD', text: 'a cell that stands for nothing', repeatable: true },
    delimiter: { value: 'CHARACTER', text: 'what stands between cells, or tab' },
    quote: { value: 'CHARACTER', text: 'what stands around cells, or none' },
    escape: { value: 'doubled|backslash', text: 'how a quote in a quoted cell is written' },
    encoding: { value: 'NAME', text: 'utf-8, utf-16le, utf-16be, windows-1252 or latin-1' },
    'line-end': { value: 'any|lf|crlf|cr', text: 'what ends a row' },
    header: { value: 'true|false', text: 'whether the first row names the columns' },
    'preamble-lines': { value: 'N', text: 'lines in front of the table' },
    'footer-lines': { value: 'N', text: 'lines behind the table' },
    decimal: { value: '.|,', text: 'what stands in front of the decimals of a number' },
    thousands: { value: 'CHARACTER', text: 'what stands between groups of digits, space or none' },
    'currency-signs': { text: 'numbers may have signs of currencies' },
  },
  notes: `Each option is as the parameter of POST /v1/imports with that name; how the file is written is found out where it
is not given. Steps are logged in DATA_DIR/logs.
${DATABASE}`,
} as const satisfies Command

export const demoCommand = {
  name: 'demo',
  summary: `Loads users and their transactions through the API, of the CSV files or made up, and checks every figure
against exact arithmetic of its own. It starts a service for that, on data that is removed after it.`,
  document: `{"users", "transactions", "figures", "differences": [{"user_id", …}, …], "seconds_to_current",
"event_lag"}`,
  positionals: { usage: '[USERS.csv TRANSACTIONS.csv]', min: 0, max: 2 },
  options: {
    url: { value: 'URL', text: 'use the service that runs there, for which all users are new' },
    username: {
      value: 'NAME',
      text: 'an account of it, of staff or an admin; DEMO_USERNAME when not given',
    },
    password: { value: 'PASSWORD', text: 'its password; DEMO_PASSWORD when not given' },
  },
} as const satisfies Command
