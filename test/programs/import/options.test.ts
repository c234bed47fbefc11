import { describe, expect, it } from 'vitest'
import { readCommandLine } from '../../../src/lib/command-line.ts'
import { importCommand } from '../../../src/programs/commands.ts'
import { readOptions } from '../../../src/programs/import/options.ts'

function read(args: readonly string[]) {
  const given = readCommandLine(importCommand, args)
  return given && readOptions(given)
}

describe('the command line', () => {
  it('takes a file, and the rest as a request without parameters has it', () => {
    expect(read(['orders.csv'])).toEqual({
      file: 'orders.csv',
      rejects: undefined,
      username: undefined,
      preview: false,
      query: {
        kind: 'dataset',
        welcome: false,
        dry_run: false,
        if_exists: 'fail',
      },
    })
  })

  it('takes every parameter of a request', () => {
    const { query, rejects, username } =
      read([
        '--kind',
        'transactions',
        '--name',
        'march',
        '--dry-run',
        '--welcome',
        '--max-errors',
        '10',
        '--on-error',
        'abort',
        '--types',
        'text',
        '--ragged',
        'pad',
        '--if-exists',
        'replace',
        '--delimiter',
        ';',
        '--quote',
        'none',
        '--escape',
        'backslash',
        '--encoding',
        'latin-1',
        '--line-end',
        'crlf',
        '--header',
        'false',
        '--preamble-lines',
        '2',
        '--footer-lines',
        '1',
        '--null',
        'n.a.',
        '--null',
        '',
        '--decimal',
        ',',
        '--thousands',
        'space',
        '--currency-signs',
        '--critical',
        'a',
        '--critical',
        'b=c',
        '--primary-key',
        'id',
        '--default',
        'a=b=c',
        '--default',
        'd=',
        '--rename',
        'Old [1]=new',
        '--type',
        'a=date',
        '--date-order',
        'dmy',
        '--amounts',
        'accounting',
        '--column',
        'description=Text',
        '--user-id',
        '7',
        '--currency',
        'EUR',
        '--reference',
        'hash',
        '--rejects',
        'bad.csv',
        '--as',
        'maria',
        'orders.csv',
      ]) ?? {}
    expect([rejects, username]).toEqual(['bad.csv', 'maria'])
    expect(query).toEqual({
      kind: 'transactions',
      name: 'march',
      dry_run: true,
      welcome: true,
      max_errors: 10,
      on_error: 'abort',
      types: 'text',
      ragged: 'pad',
      if_exists: 'replace',
      delimiter: ';',
      quote: 'none',
      escape: 'backslash',
      encoding: 'latin-1',
      line_end: 'crlf',
      header: false,
      preamble_lines: 2,
      footer_lines: 1,
      null: ['n.a.', ''],
      decimal: ',',
      thousands: 'space',
      currency_signs: true,
      critical: ['a', 'b=c'],
      primary_key: ['id'],
      default: { a: 'b=c', d: '' },
      rename: { 'Old [1]': 'new' },
      type: { a: 'date' },
      date_order: 'dmy',
      amounts: 'accounting',
      column: { description: 'Text' },
      user_id: 7,
      currency: 'EUR',
      reference: 'hash',
    })
  })

  it('may ask for help', () => {
    expect(read(['--help'])).toBeUndefined()
  })

  it.each([
    [[]],
    [['a.csv', 'b.csv']],
    [['a.csv', '--kind', 'orders']],
    [['a.csv', '--verbose']],
    [['a.csv', '--max-errors', 'some']],
    [['a.csv', '--name', 'a b']],
    [['a.csv', '--default', 'amount']],
    [['a.csv', '--rename', '=new']],
    [['a.csv', '--type', 'amount=money']],
    [['a.csv', '--delimiter']],
  ])('refuses %j in one sentence', (args) => {
    expect(() => read(args)).toThrow(/^.+; see `npm run import -- --help`\.$/)
  })
})
