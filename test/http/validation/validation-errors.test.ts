import { type TSchema, Type } from 'typebox'
import { describe, expect, it } from 'vitest'
import { type OperationId, operations } from '../../../src/generated/operations.ts'
import * as schemas from '../../../src/generated/schemas.ts'
import { compileCheck } from '../../../src/http/validation/validator.ts'

const TRANSACTION = {
  user_id: 7,
  transaction_date: '2026-01-31',
  transaction_amount: '10.00',
  transaction_type: 'credit',
}

const messages = (schema: TSchema, part: 'body' | 'query', sent: unknown) => {
  const checked = compileCheck(schema, part)(sent)
  return 'errors' in checked ? checked.errors.map(({ path, message }) => `${path} ${message}`) : []
}

describe('a message says what to send instead', () => {
  const DATE = 'must be a date or a date-time: send 2026-01-31T10:15:00Z or 2026-01-31'
  const ZONE = 'has no time zone: send 2026-01-31T10:15:00Z or 2026-01-31'
  const AMOUNT =
    'must be an amount above zero and below 10000000000000 with at most 4 decimals, such as 1250.00'

  it.each([
    [{ transaction_date: '2026-01-31T10:15:00' }, `/transaction_date ${ZONE}`],
    [{ transaction_date: '2026-01-31 10:15' }, `/transaction_date ${ZONE}`],
    [{ transaction_date: '31.01.2026' }, `/transaction_date ${DATE}`],
    [{ transaction_date: 20_260_131 }, `/transaction_date ${DATE}`],
    [{ transaction_amount: '-5' }, `/transaction_amount ${AMOUNT}`],
    [{ transaction_amount: -5 }, `/transaction_amount ${AMOUNT}`],
    [{ transaction_type: 'CREDIT' }, '/transaction_type must be credit or debit'],
    [{ currency: 'usd' }, '/currency must be three capital letters of ISO 4217, such as USD'],
    [{ currency: 5 }, '/currency must be a string: three capital letters of ISO 4217, such as USD'],
    [{ user_id: '7' }, '/user_id must be an integer of at least 1'],
    [{ user_id: 0 }, '/user_id must be at least 1'],
    [{ user_id: 2 ** 60 }, '/user_id must be at most 9007199254740991'],
    [{ full_name: 'x'.repeat(101) }, '/full_name must have at most 100 characters'],
    [{ full_name: '' }, '/full_name must have at least 1 character'],
    [
      { description: 'a\u0000' },
      '/description must be text without control characters other than tabs and line breaks',
    ],
    [
      { transactionType: 'x' },
      '/transactionType is not a known field; did you mean transaction_type?',
    ],
    [{ colour: 'x' }, '/colour is not a known field'],
  ])('%j', (fields, message) => {
    expect(messages(schemas.TransactionCreate, 'body', { ...TRANSACTION, ...fields })).toContain(
      message,
    )
  })

  it('for a missing field', () => {
    expect(messages(schemas.TransactionCreate, 'body', {})).toEqual([
      '/user_id is required: send an integer of at least 1',
      '/transaction_date is required: send 2026-01-31T10:15:00Z or 2026-01-31',
      `/transaction_amount ${AMOUNT.replace('must be', 'is required: send')}`,
      '/transaction_type is required: send credit or debit',
    ])
    expect(messages(schemas.Credentials, 'body', {})).toContain(
      '/password is required: send a string',
    )
  })

  it('once for a value that has the wrong type and is not in the enum', () => {
    const sent = { ...TRANSACTION, transaction_type: 5 }
    expect(messages(schemas.TransactionCreate, 'body', sent)).toEqual([
      '/transaction_type must be credit or debit',
    ])
  })

  it('for values of the wrong kind', () => {
    expect(messages(schemas.TransactionCreate, 'body', [])).toEqual([' must be an object'])
    expect(messages(schemas.TransactionUpdate, 'body', {})).toEqual([' must have at least 1 field'])
    expect(messages(schemas.TransactionUpdate, 'body', { description: 5 })).toEqual([
      '/description must be a string or null',
    ])
    const either = Type.Union([Type.Enum(['a', 'b'], { type: 'string' }), Type.Null()])
    expect(messages(Type.Object({ either }), 'body', { either: 'c' })).toEqual([
      '/either must be a or b or null',
    ])
    expect(messages(schemas.ApiKeyCreate, 'body', { name: 'x', scopes: [] })).toEqual([
      '/scopes must have at least 1 item',
    ])
  })

  it.each([
    ['listTasks', { per_page: '101' }, 'per_page must be at most 100'],
    ['listTasks', { per_page: 'x' }, 'per_page must be an integer from 1 to 100'],
    ['listTasks', { per_page: ['1', '2'] }, 'per_page must be given once'],
    ['listTasks', { perpage: '1' }, 'perpage is not a known parameter; did you mean per_page?'],
    ['listTasks', { status: 'done' }, 'status must be one of pending, in_progress, completed'],
    ['createImport', { header: 'first' }, 'header must be true or false'],
    ['createImport', { decimal: ';' }, 'decimal must be "." or ","'],
  ])('for %s: %j', (id, query, message) => {
    const { querystring } = operations[id as OperationId].schema
    expect(messages(querystring, 'query', query)).toContain(message)
  })
})

/** The schemas of everything requests send. */
const sent = Object.values(operations).flatMap(({ operationId, schema }) =>
  (['params', 'querystring', 'headers', 'body'] as const).flatMap((name) => {
    const described = (schema as Partial<Record<typeof name, TSchema>>)[name]
    return described === undefined ? [] : [[`${operationId} ${name}`, described] as const]
  }),
)

describe('no message', () => {
  const SECRET = 'Zq7\u0000secret'
  /** Values that most schemas refuse, one per type. */
  const values = [SECRET, [SECRET], { [SECRET]: SECRET }, -9.87654321, null, true]

  /** The messages for these values in place of each member. */
  function messagesOf(schema: TSchema): string[] {
    const { properties = {} } = schema as { properties?: Readonly<Record<string, unknown>> }
    return values.flatMap((value) => {
      const members = Object.keys(properties).map((name) => [name, value])
      const checked = compileCheck(schema, 'body')(Object.fromEntries(members))
      return 'errors' in checked ? checked.errors.map(({ message }) => message) : []
    })
  }

  it.each(sent)('of %s contains a regular expression or the sent value', (_, schema) => {
    for (const message of messagesOf(schema)) {
      expect(message).not.toMatch(
        /Zq7|secret|9\.8765|match|undefined|different (form|value)|[\^$\\]/,
      )
      expect(message).toMatch(/^(must|is|has) /)
    }
  })
})
