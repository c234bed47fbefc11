import { describe, expect, it } from 'vitest'
import { useCast } from '../setup/cast.ts'
import { accepted } from './imports.ts'
import { USUAL_OPTIONS } from './kinds/load-context.ts'

const cast = useCast()
const { numbers } = USUAL_OPTIONS

/** The options of an import with this query. */
async function optionsOf(query: Parameters<typeof accepted>[3]): Promise<unknown> {
  const id = await accepted(cast.service, cast.staff.token, 'a,b\n1,2\n', query)
  const [row] = await cast.service.database.query<{ options: unknown }>(
    'SELECT options FROM imports WHERE id = $1',
    [id],
  )
  return row?.options
}

describe('the options of an import', () => {
  it.each([
    [{}, {}],
    [{ dry_run: true }, { dryRun: true }],
    [{ kind: 'users', welcome: true }, { welcome: true }],
    [{ on_error: 'abort' }, { onError: 'abort' }],
    [{ max_errors: 0 }, { maxErrors: 0 }],
    [{ types: 'text' }, { types: 'text' }],
    [{ ragged: 'pad' }, { ragged: 'pad' }],
    [{ if_exists: 'replace' }, { ifExists: 'replace' }],
    [{ delimiter: ';' }, { dialect: { delimiter: ';' } }],
    [{ delimiter: 'tab' }, { dialect: { delimiter: '\t' } }],
    [{ quote: "'" }, { dialect: { quote: "'" } }],
    [{ quote: 'none' }, { dialect: { quote: null } }],
    [{ escape: 'backslash' }, { dialect: { escape: 'backslash' } }],
    [{ encoding: 'utf-16be' }, { dialect: { encoding: 'utf-16be' } }],
    [{ encoding: 'latin-1' }, { dialect: { encoding: 'windows-1252' } }],
    [{ line_end: 'crlf' }, { dialect: { lineEnd: 'crlf' } }],
    [{ header: false }, { dialect: { header: false } }],
    [{ preamble_lines: 2 }, { dialect: { preambleLines: 2 } }],
    [{ footer_lines: 0 }, { dialect: { footerLines: 0 } }],
    [{ null: 'n.a.' }, { nulls: ['n.a.'] }],
    [{ null: ['', 'none'] }, { nulls: ['', 'none'] }],
    [{ decimal: ',' }, { numbers: { ...numbers, decimal: ',' } }],
    [{ thousands: 'space' }, { numbers: { ...numbers, thousands: ' ' } }],
    [{ currency_signs: true }, { numbers: { ...numbers, currencySigns: true } }],
    [{ critical: 'a' }, { critical: ['a'] }],
    [{ critical: ['a', 'b'] }, { critical: ['a', 'b'] }],
    [{ primary_key: ['b', 'a'] }, { primaryKey: ['b', 'a'] }],
    [{ 'default[a]': '0' }, { defaults: { a: '0' } }],
    [{ decimal: '.' }, { numbers: { ...numbers, isDeclared: true } }],
    [{ amounts: 'accounting' }, { numbers: { ...numbers, accounting: true } }],
    [
      { amounts: 'accounting', decimal: ',' },
      { numbers: { ...numbers, decimal: ',', accounting: true, isDeclared: true } },
    ],
    [{ 'type[a]': 'numeric' }, { columnTypes: { a: 'numeric' } }],
    [{ date_order: 'dmy' }, { dateOrder: 'dmy' }],
    [{ kind: 'users', 'column[name]': 'a' }, { fieldColumns: { name: 'a' } }],
    [{ kind: 'transactions', user_id: 7 }, { userId: 7 }],
    [{ kind: 'transactions', currency: 'EUR' }, { currency: 'EUR' }],
    [{ kind: 'transactions', reference: 'hash' }, { hashReference: true }],
    [{ 'rename[a]': 'id', 'rename[b [x]]': 'amount' }, { rename: { a: 'id', 'b [x]': 'amount' } }],
  ])('are, for the query %j, %j', async (query, options) => {
    expect(await optionsOf(query)).toEqual({ ...USUAL_OPTIONS, ...options })
  })

  it('name the user of an email address by their id', async () => {
    const { service, staff } = cast
    const { id, email = '' } = await service.createCustomer(staff.token)
    const query = { kind: 'transactions', user_email: email.toUpperCase() }
    expect(await optionsOf(query)).toEqual({ ...USUAL_OPTIONS, userId: id })
  })
})
