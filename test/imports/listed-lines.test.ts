import { describe, expect, it } from 'vitest'
import { useCast } from '../setup/cast.ts'
import { accepted, look, pieces } from './imports.ts'
import { startRunner } from './runner.ts'

const cast = useCast()

const FILE = [
  'Account:;1234567890',
  '',
  'Day;Text;Amount',
  '2026-01-31;a;1.5',
  ';;',
  'Day;Text;Amount',
  '2026-01-30;b;2.5',
  'Total;;4.0',
  '',
].join('\n')

async function loaded(file: string, query = {}): Promise<number> {
  const { service, staff } = cast
  const id = await accepted(service, staff.token, file, query)
  await startRunner(service).run(id)
  return id
}

describe('the lines of a file that are neither loaded nor refused', () => {
  it('are shown with its dialect, with their numbers', async () => {
    const { service, staff } = cast
    const shown = await look(service, staff.token, await loaded(FILE))
    expect(shown).toMatchObject({ rows_read: 2, rows_loaded: 2, rows_rejected: 0 })
    expect(shown.dialect).toMatchObject({
      preamble_lines: 2,
      footer_lines: 1,
      blank_rows: 1,
      repeated_headers: 1,
      preamble: [
        { line: 1, text: 'Account:;1234567890' },
        { line: 2, text: '' },
      ],
      footer: [{ line: 8, text: 'Total;;4.0' }],
      repeated_header_rows: [{ line: 6, text: 'Day;Text;Amount' }],
      blank_row_lines: [{ line: 5, text: ';;' }],
    })
  })

  it('are stored encrypted, and show account numbers to the account that sent them', async () => {
    const { service, admin } = cast
    const id = await loaded(FILE)
    const { dialect } = await look(service, admin.token, id)
    expect(dialect.preamble[0]).toEqual({ line: 1, text: 'Account:;******7890' })
    const stored = await service.database.query<{ content: Buffer; dialect: unknown }>(
      `SELECT content, dialect FROM import_chunks JOIN imports ON imports.id = import_id
      WHERE import_id = $1 AND part = 'listed'`,
      [id],
    )
    expect(stored).toHaveLength(1)
    expect(stored[0]?.content.includes('Account')).toBe(false)
    expect(JSON.stringify(stored[0]?.dialect)).not.toContain('Account')
  })

  it('are none of a plain file', async () => {
    const { service, staff } = cast
    const id = await loaded('a,b\n1,2\n')
    expect(await pieces(service, id, 'listed')).toBe(0)
    const { dialect } = await look(service, staff.token, id)
    expect(dialect).toMatchObject({ encoding_guessed: false, blank_rows: 0, byte_order_marks: 0 })
    expect(dialect).not.toHaveProperty('preamble')
  })
})
