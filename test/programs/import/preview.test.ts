import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readEnvironment } from '../../../src/config.ts'
import { readCommandLine } from '../../../src/lib/command-line.ts'
import { createLog } from '../../../src/lib/log.ts'
import { importCommand } from '../../../src/programs/commands.ts'
import { readOptions } from '../../../src/programs/import/options.ts'
import { runImport } from '../../../src/programs/import/run.ts'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'passbook-preview-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Runs the command with a data folder that no database is in. */
async function preview(content: string, args: readonly string[] = []) {
  const file = join(folder, 'file.csv')
  await writeFile(file, content)
  const given = readCommandLine(importCommand, [file, '--preview', ...args])
  if (given === undefined) throw new Error('The command line asks for help.')
  const environment = readEnvironment({ DATA_DIR: join(folder, 'none'), DEFAULT_CURRENCY: 'EUR' })
  const screen = { write: () => undefined }
  return await runImport(environment, readOptions(given), createLog('silent'), screen)
}

describe('npm run import -- FILE --preview', () => {
  it('prints a table of what the file would become, without a database', async () => {
    const file =
      'Date;Amount;A long description of it all\n01/02/2026;1,50;a\u001bb\n03/04/2026;x;\n'
    const { text, document } = await preview(file, ['--type', 'Amount=numeric', '--decimal', ','])
    expect(text.split('\n')).toEqual([
      `utf-8, delimiter ";", a header (${Buffer.byteLength(file)} bytes)`,
      '',
      'column                    type     in the file',
      'date                      text     Date                      could be read in two ways',
      'amount                    numeric  Amount',
      'a_long_description_of_i…  text     A long description of i…',
      '',
      'date        amount  a_long_description_of_i…',
      '01/02/2026  1.50    a b',
      '',
      '2 rows, 1 of them refused',
      '  line 3, Amount: The cell is not a number in the given format.',
      '',
    ])
    expect(document).toMatchObject({ kind: 'dataset', ambiguous: ['date'], rows_read: 2 })
  })

  it('prints the lines that it leaves out, in short', async () => {
    const above = ['Account:,XX00', `Note:,${'x'.repeat(80)}`, 'Made by:,us', 'Branch:,4', '']
    const table = ['id,name,day', '1,Ann,2026-01-01', '', '2,Bob,2026-01-02', 'id,name,day']
    const rows = [...above, ...table, '3,Cy,2026-01-03', '4,Di,2026-01-04', 'Total: 4,,']
    const { text } = await preview(`${rows.join('\n')}\n`)
    const lines = text.split('\n')
    expect(lines.slice(lines.findIndex((line) => line.startsWith('Left out')))).toEqual([
      'Left out: 5 lines above the table, 1 line below it, 1 repeated header, 1 blank row',
      '  line 1: Account:,XX00',
      `  line 2: Note:,${'x'.repeat(53)}…`,
      '  line 3: Made by:,us',
      '  line 13: Total: 4,,',
      '  line 10: id,name,day',
      '',
    ])
  })

  it('shows what a statement would book, of a user by email address too', async () => {
    const { document } = await preview('Tag;Betrag;Saldo\n2026-01-31;-5;1\n', [
      '--kind',
      'transactions',
      '--user-email',
      'asha@people.example',
      '--column',
      'transaction_date=Tag',
      '--column',
      'transaction_amount=Betrag',
    ])
    expect(document).toMatchObject({
      rows: [
        {
          user_email: 'asha@people.example',
          transaction_amount: '5.00',
          transaction_type: 'debit',
          currency: 'EUR',
        },
      ],
    })
  })

  it('says in one sentence why a file cannot be loaded', async () => {
    await expect(preview('')).rejects.toThrow('Nothing was loaded: The file is empty.')
    await expect(preview('a\n1\n', ['--kind', 'users'])).rejects.toThrow(
      'Nothing was loaded: The file has unknown columns: a.',
    )
  })
})
