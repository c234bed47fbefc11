import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PLAIN_NUMBERS } from '../../../../src/csv/types/number-format.ts'
import { briefly } from '../../../csv/file/read-file.ts'
import { type DatasetLoads, openDatasetLoads } from './dataset-loads.ts'

let datasets: DatasetLoads

beforeAll(async () => {
  datasets = await openDatasetLoads()
})
afterAll(() => datasets.close())

const ORDERS = [
  'id;paid;due;amount',
  '1;0;01/02/2026;1.234',
  '2;x;03/04/2026;5.678',
  '3;on;13/04/2026;9.012',
  '4;N;04/13/2026;3.456',
  '5;;;',
  '',
].join('\n')

describe('a dataset whose types are given', () => {
  it('refuses rows whose cells do not fit, by column and reason', async () => {
    const { types, rejects, rows, counts } = await datasets.load(ORDERS, {
      columnTypes: { paid: 'boolean', day: 'date', amount: 'numeric' },
      rename: { due: 'day' },
    })
    expect(types).toEqual(['integer', 'boolean', 'date', 'numeric'])
    expect(briefly(rejects)).toEqual(['3 type_mismatch paid', '5 type_mismatch due'])
    expect(rejects.map(({ reason }) => reason)).toEqual([
      'The cell is not true or false.',
      'The cell is not a date in the order of the column.',
    ])
    expect(rejects[0]?.cells).toEqual(['2', 'x', '03/04/2026', '5.678'])
    expect(await rows()).toEqual([
      ['1', 'false', '2026-02-01', '1.234'],
      ['3', 'true', '2026-04-13', '9.012'],
      ['5', null, null, null],
    ])
    expect(counts).toEqual({ read: 5, loaded: 3, skipped: 0 })
  })

  it('has the same rows where the types are found late', async () => {
    const columnTypes = { due: 'date', amount: 'numeric' } as const
    const early = Array.from({ length: 2_000 }, (_, index) => `${index};1;01/02/2026;1.234\n`)
    const file = `id;paid;due;amount\n${early.join('')}9;1;31/01/2026;2\n`
    const { types, dataset, columns } = await datasets.load(file, { columnTypes, surveyBytes: 100 })
    expect(types).toEqual(['integer', 'integer', 'date', 'numeric'])
    expect(dataset.row_count).toBe('2001')
    expect(columns.some(({ ambiguous }) => ambiguous)).toBe(false)
  })

  it.each([
    [{ columnTypes: { colour: 'text' } }, 'unknown_column'],
    [{ columnTypes: { amount: 'integer' }, defaults: { amount: 'none' } }, 'default_type'],
  ] as const)('fails with the options %j', async (options, code) => {
    await expect(datasets.load(ORDERS, options)).rejects.toMatchObject({ code })
  })

  it('takes a default of the type', async () => {
    const options = { columnTypes: { amount: 'numeric' }, defaults: { amount: '0' } } as const
    const { columns } = await datasets.load(ORDERS, options)
    expect(columns[3]).toMatchObject({ type: 'numeric', nullable: false })
  })

  it('keeps a code with leading zeros as text', async () => {
    const { rows } = await datasets.load('zip,n\n00123,1\n45678,2\n-,3\n', {
      columnTypes: { zip: 'text' },
    })
    expect((await rows()).map(([zip]) => zip)).toEqual(['00123', '45678', '-'])
  })
})

describe('a dataset of a bank', () => {
  it('is read as account statements are', async () => {
    const file = [
      'Datum;Betrag;Gebühr;Saldo',
      '31.01.26;"1.234,56 €";(0,50);1.000+',
      '01.02.26;-7,00 €;0,00;993,00-',
      '',
    ].join('\n')
    const { types, rows } = await datasets.load(file, {
      dateOrder: 'dmy',
      numbers: { ...PLAIN_NUMBERS, accounting: true },
    })
    expect(types).toEqual(['date', 'numeric', 'numeric', 'numeric'])
    expect(await rows()).toEqual([
      ['2026-01-31', '1234.56', '-0.50', '1000'],
      ['2026-02-01', '-7.00', '0.00', '-993.00'],
    ])
  })

  it('keeps columns that could be read in two ways as text, and tells them', async () => {
    const file = 'Datum;Betrag\n01/02/26;-3.000\n03/04/26;1.500\n'
    for (const accounting of [{}, { accounting: true }] as const) {
      const numbers = { ...PLAIN_NUMBERS, ...accounting }
      const { columns, rows } = await datasets.load(file, { numbers })
      expect(columns).toMatchObject([
        { type: 'text', ambiguous: true },
        { type: 'text', ambiguous: true },
      ])
      expect(await rows()).toEqual([
        ['01/02/26', '-3.000'],
        ['03/04/26', '1.500'],
      ])
    }
  })
})
