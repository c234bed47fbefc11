import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { briefly } from '../../../csv/file/read-file.ts'
import { type DatasetLoads, openDatasetLoads } from './dataset-loads.ts'

let datasets: DatasetLoads

beforeAll(async () => {
  datasets = await openDatasetLoads()
})
afterAll(() => datasets.close())

describe('a critical column', () => {
  const file = 'id,Full Name,note\n1,Bob,x\n2,,y\n3, NULL ,z\n4,"",z\n5,Ann,\n'

  it('refuses each row in which it is empty', async () => {
    for (const critical of [['Full Name'], ['full_name']]) {
      const { rejects, rows, counts } = await datasets.load(file, { critical })
      expect(briefly(rejects)).toEqual(['3 missing_value Full Name', '5 missing_value Full Name'])
      expect(rejects[1]?.cells).toEqual(['4', '', 'z'])
      expect((await rows()).map(([id]) => id)).toEqual(['1', '3', '5'])
      expect(counts).toEqual({ read: 5, loaded: 3, skipped: 0 })
    }
  })

  it('is empty with a word for nothing, unless it is text', async () => {
    const ages = 'id,age\n1,30\n2,N/A\n3,-\n'
    const { rejects } = await datasets.load(ages, { critical: ['age'] })
    expect(briefly(rejects)).toEqual(['3 missing_value age', '4 missing_value age'])
    const names = 'first,last\nJo,Null\nNan,Goldin\nAl,Smith\n'
    const people = await datasets.load(names, { critical: ['last'] })
    expect(people.rejects).toEqual([])
    expect(await people.rows()).toEqual([
      ['Jo', 'Null'],
      ['Nan', 'Goldin'],
      ['Al', 'Smith'],
    ])
  })

  it('may be given by its new name, and with types=text only an empty cell is empty', async () => {
    const options = { critical: ['person'], rename: { 'Full Name': 'Person' } }
    const { rejects, columns } = await datasets.load(file, { ...options, types: 'text' })
    expect(briefly(rejects)).toEqual(['3 missing_value Full Name', '5 missing_value Full Name'])
    expect(columns[1]).toMatchObject({ name: 'person', source_name: 'Full Name' })
  })

  it('is missing in rows that are too short', async () => {
    const { rejects } = await datasets.load('a,b\n1,x\n2\n', {
      critical: ['b'],
      ragged: 'pad',
      dialect: { delimiter: ',', header: true },
    })
    expect(briefly(rejects)).toEqual(['3 missing_value b'])
  })

  it('has no type from refused rows', async () => {
    const { types } = await datasets.load('id,n\n1,5\n,many\n2,6\n', { critical: ['id'] })
    expect(types).toEqual(['integer', 'integer'])
  })
})

describe('a default', () => {
  const file = 'id,n,word\n1,5,x\n2,,\n3,N/A,y\n'

  it('replaces null, and counts as a value of its column', async () => {
    const defaults = { n: '0', word: 'none, "yet"' }
    const { rows, types, columns, rejects } = await datasets.load(file, {
      defaults,
      critical: ['n'],
    })
    expect(types).toEqual(['integer', 'integer', 'text'])
    expect(columns.map(({ nullable }) => nullable)).toEqual([false, false, false])
    expect(rejects).toEqual([])
    expect(await rows()).toEqual([
      ['1', '5', 'x'],
      ['2', '0', 'none, "yet"'],
      ['3', '0', 'y'],
    ])
  })

  it.each([
    ['unknown', 'text'],
    ['0.5', 'numeric'],
    ['NULL', 'text'],
    ['', 'text'],
  ])('of %j makes numbers %s', async (given, type) => {
    const { types, rows } = await datasets.load(file, { defaults: { n: given } })
    expect(types[1]).toBe(type)
    const word = type === 'text' ? 'N/A' : given
    expect((await rows()).map(([, n]) => n)).toEqual(['5', given, word])
  })

  it('is written like the values of its column', async () => {
    const { types, rows } = await datasets.load('id,day\n1,31/01/2026\n2,\n', {
      defaults: { day: '01/02/2026' },
    })
    expect(types[1]).toBe('date')
    expect((await rows()).map(([, day]) => day)).toEqual(['2026-01-31', '2026-02-01'])
  })

  it('replaces empty cells with types=text, and with other null words', async () => {
    const text = await datasets.load(file, { types: 'text', defaults: { n: '0' } })
    expect((await text.rows()).map(([, n]) => n)).toEqual(['5', '0', 'N/A'])
    const other = await datasets.load('id,n,m\n1,-,8\n2,6,9\n', {
      nulls: ['-'],
      defaults: { n: '0' },
    })
    expect(other.types).toEqual(['integer', 'integer', 'integer'])
    expect((await other.rows()).map(([, n]) => n)).toEqual(['0', '6'])
  })

  it('replaces cells that a short row lacks', async () => {
    const { rows } = await datasets.load('a,b\n1,x\n2\n', {
      defaults: { b: 'z' },
      ragged: 'pad',
      dialect: { delimiter: ',', header: true },
    })
    expect(await rows()).toEqual([
      ['1', 'x'],
      ['2', 'z'],
    ])
  })
})

describe('a primary key', () => {
  const file = 'id,part,note\n1,a,x\n1,b,y\n,a,z\n1,a,again\nbad\n2,a,x\n1,b,again\n2,,z\n'
  const options = { primaryKey: ['id', 'part'], dialect: { delimiter: ',' } }

  it('refuses rows without it or with a duplicate one, in the order of the file', async () => {
    const { rejects, rows, counts, columns, dataset } = await datasets.load(file, options)
    expect(briefly(rejects)).toEqual([
      '4 missing_key id',
      '5 duplicate_key',
      '6 too_few_cells',
      '8 duplicate_key',
      '9 missing_key part',
    ])
    expect(rejects[1]?.cells).toEqual(['1', 'a', 'again'])
    expect(counts).toEqual({ read: 8, loaded: 3, skipped: 0 })
    expect(dataset.row_count).toBe('3')
    expect(await rows()).toEqual([
      ['1', 'a', 'x'],
      ['1', 'b', 'y'],
      ['2', 'a', 'x'],
    ])
    expect(columns[0]).toMatchObject({ type: 'integer', nullable: false })
  })

  it('is indexed, besides the row number', async () => {
    const { table } = await datasets.load(file, options)
    const indexes = await datasets.database.query<{ definition: string }>(
      `SELECT pg_get_constraintdef(oid) AS definition FROM pg_constraint
      WHERE conrelid = $1::regclass AND contype IN ('p', 'u') ORDER BY 1`,
      [table],
    )
    expect(indexes.map(({ definition }) => definition)).toEqual([
      'PRIMARY KEY (_row)',
      'UNIQUE (id, part)',
    ])
  })

  it('compares values, not their spelling', async () => {
    const { rejects } = await datasets.load(
      'day,n\n31/01/2026,1.0\n"31/1/2026",1.00\n 31/01/2026,1\n31/01/2026,2.5\n',
      { primaryKey: ['day', 'n'] },
    )
    expect(briefly(rejects)).toEqual(['3 duplicate_key', '4 duplicate_key'])
  })

  it('has a column once that is named twice, by the file’s name and its own', async () => {
    const { counts } = await datasets.load('Id No,b\n1,x\n1,y\n', {
      primaryKey: ['Id No', 'id_no'],
    })
    expect(counts).toEqual({ read: 2, loaded: 1, skipped: 0 })
  })

  it('cannot be JSON', async () => {
    const load = datasets.load('a,b\n{},1\n"[1]",2\n', { primaryKey: ['a'] })
    await expect(load).rejects.toMatchObject({ code: 'key_type' })
  })

  it('must fit into an index', async () => {
    const long = Array.from({ length: 3_000 }, (_, index) => (index * 7_919) % 9_973).join('-')
    const load = datasets.load(`a,b\n${long},1\nx,2\n`, { primaryKey: ['a'] })
    await expect(load).rejects.toMatchObject({ code: 'limit_exceeded' })
  })

  it('refuses many duplicates in a long file, each at its line', async () => {
    const lines = Array.from({ length: 200_000 }, (_, row) => `${row % 50_000},x`)
    const { rejects, counts } = await datasets.load(`id,b\n${lines.join('\n')}\n`, {
      primaryKey: ['id'],
    })
    expect(counts).toEqual({ read: 200_000, loaded: 50_000, skipped: 0 })
    expect(rejects.map(({ line }) => line)).toEqual(
      Array.from({ length: 150_000 }, (_, row) => row + 50_002),
    )
  })
})
