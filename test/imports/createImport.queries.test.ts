import { describe, expect, it } from 'vitest'
import { useCast } from '../setup/cast.ts'
import { send } from './imports.ts'

const cast = useCast()

const FILE = 'id,amount\n1,2.50\n'

describe('createImport of an unacceptable query', () => {
  it.each([
    [{ kind: 'accounts' }, 'kind', 'enum'],
    [{ name: '' }, 'name', 'pattern'],
    [{ name: '../orders' }, 'name', 'pattern'],
    [{ name: 'x'.repeat(64) }, 'name', 'maxLength'],
    [{ dry_run: 'yes' }, 'dry_run', 'type'],
    [{ max_errors: -1 }, 'max_errors', 'minimum'],
    [{ on_error: 'stop' }, 'on_error', 'enum'],
    [{ types: 'guess' }, 'types', 'enum'],
    [{ ragged: 'skip' }, 'ragged', 'enum'],
    [{ if_exists: 'append' }, 'if_exists', 'enum'],
    [{ delimiter: ';;' }, 'delimiter', 'pattern'],
    [{ quote: 'é' }, 'quote', 'pattern'],
    [{ escape: 'none' }, 'escape', 'enum'],
    [{ encoding: 'utf-7' }, 'encoding', 'enum'],
    [{ line_end: 'nul' }, 'line_end', 'enum'],
    [{ header: 'first' }, 'header', 'type'],
    [{ preamble_lines: 1001 }, 'preamble_lines', 'maximum'],
    [{ footer_lines: 1.5 }, 'footer_lines', 'type'],
    [{ decimal: ';' }, 'decimal', 'enum'],
    [{ thousands: '_' }, 'thousands', 'enum'],
    [{ currency_signs: 1 }, 'currency_signs', 'type'],
    [{ primary_key: ['a', 'a'] }, 'primary_key', 'uniqueItems'],
    [{ critical: ['a', 'b', 'a'] }, 'critical', 'uniqueItems'],
    [{ null: ['x', 'x'] }, 'null', 'uniqueItems'],
    [{ 'default[a]': ['0', '0'] }, 'default[a]', 'type'],
    [{ 'rename[a]': ['b', 'b'] }, 'rename[a]', 'type'],
    [{ welcome: true }, 'welcome', 'not_for_kind'],
    [{ kind: 'users', primary_key: 'email' }, 'primary_key', 'not_for_kind'],
    [{ kind: 'transactions', if_exists: 'replace' }, 'if_exists', 'not_for_kind'],
    [{ 'type[a]': 'money' }, 'type[a]', 'enum'],
    [{ 'type[a]': 'date', types: 'text' }, 'type', 'contradiction'],
    [{ kind: 'users', 'type[age]': 'integer' }, 'type', 'not_for_kind'],
    [{ date_order: 'dym' }, 'date_order', 'enum'],
    [{ amounts: 'signed' }, 'amounts', 'enum'],
    [{ 'column[a]': 'b' }, 'column', 'not_for_kind'],
    [{ kind: 'users', 'column[colour]': 'b' }, 'column[colour]', 'unknown_field'],
    [{ kind: 'users', user_id: 7 }, 'user_id', 'not_for_kind'],
    [{ kind: 'users', currency: 'EUR' }, 'currency', 'not_for_kind'],
    [{ reference: 'hash' }, 'reference', 'not_for_kind'],
    [{ kind: 'transactions', user_id: 0 }, 'user_id', 'minimum'],
    [{ kind: 'transactions', user_email: 'nobody' }, 'user_email', 'format'],
    [
      { kind: 'transactions', user_email: 'nobody@customers.example' },
      'user_email',
      'user_not_found',
    ],
    [
      { kind: 'transactions', user_id: 7, user_email: 'nobody@customers.example' },
      'user_email',
      'contradiction',
    ],
    [{ kind: 'transactions', currency: 'euro' }, 'currency', 'pattern'],
    [{ replace: true }, 'replace', 'unknown_parameter'],
    [{ 'renames[a]': 'b' }, 'renames[a]', 'unknown_parameter'],
  ])('refuses the query %j', async (query, path, code) => {
    const { status, body } = await send(cast.service, cast.staff.token, FILE, query)
    expect(status).toBe(422)
    expect(body.errors).toContainEqual({ in: 'query', path, code, message: expect.any(String) })
  })

  it.each([
    [{ name: 'orders' }, 'kind'],
    [{ kind: 'dataset' }, 'name'],
  ])('needs more than %j', async (query, path) => {
    const { token } = cast.staff
    const { status, body } = await cast.service.call('createImport', { token, query, body: FILE })
    expect(status).toBe(422)
    expect(body.errors).toContainEqual({
      in: 'query',
      path,
      code: 'required',
      message: expect.stringMatching(/^is required: send /),
    })
  })
})
