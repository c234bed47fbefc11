import { setImmediate } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { briefly } from '../../../csv/file/read-file.ts'
import { type DatasetLoads, openDatasetLoads } from './dataset-loads.ts'

let datasets: DatasetLoads

beforeAll(async () => {
  datasets = await openDatasetLoads()
})
afterAll(() => datasets.close())

/** A file that can be opened repeatedly, and counts how often. */
function counted(text: string) {
  const bytes = Buffer.from(text)
  const source = { opened: 0, open }
  async function* open() {
    source.opened += 1
    for (let at = 0; at < bytes.length; at += 16_384) {
      // Yields to the event loop, like reading from a disk.
      await setImmediate()
      yield bytes.subarray(at, at + 16_384)
    }
  }
  return source
}

const MANY = Array.from({ length: 40_000 }, (_, row) => `${row},7,31/01/2026`).join('\n')

describe('types by the whole file', () => {
  it.each([
    ['an integer and a numeric', '40000,0.5,31/01/2026', ['integer', 'numeric', 'date']],
    ['a text at the end', '40000,many,31/01/2026', ['integer', 'text', 'date']],
    ['the other order of days', '40000,7,01/31/2026', ['integer', 'integer', 'text']],
  ])('need a second pass if later rows have other types: %s', async (_, last, types) => {
    const file = counted(`a,b,c\n${MANY}\nbad\n${last}\n`)
    const loaded = await datasets.load(file.open, { surveyBytes: 1 })
    expect(loaded.types).toEqual(types)
    expect(file.opened).toBe(3)
    expect(briefly(loaded.rejects)).toEqual(['40002 too_few_cells'])
    expect(loaded.counts).toEqual({ read: 40_002, loaded: 40_001, skipped: 0 })
    const rows = await loaded.rows()
    expect(rows).toHaveLength(40_001)
    expect(rows[0]).toEqual(['0', '7', types[2] === 'date' ? '2026-01-31' : '31/01/2026'])
  })

  it('store nothing more after a row that does not fit, however many follow', async () => {
    const file = counted(`a,b,c\n${MANY}\n40000,many,x\n${MANY}\n${MANY}\n`)
    const { types, counts } = await datasets.load(file.open, { surveyBytes: 1 })
    expect(types).toEqual(['integer', 'text', 'text'])
    expect(counts.loaded).toBe(120_001)
  })

  it('need one pass if the beginning is right', async () => {
    const file = counted(`a,b,c\n${MANY}\n`)
    await datasets.load(file.open, { surveyBytes: 1 })
    expect(file.opened).toBe(2)
  })

  it('include a column that begins late', async () => {
    const file = counted(`a,b\n${'1,\n'.repeat(90_000)}1,2026-01-31\n`)
    const { types, columns } = await datasets.load(file.open, { surveyBytes: 1 })
    expect(types).toEqual(['integer', 'date'])
    expect(columns[1]?.nullable).toBe(true)
    expect(file.opened).toBe(3)
  })

  it('leave nothing of the first pass', async () => {
    const before = await datasets.tables()
    const { table } = await datasets.load(`a,b,c\n${MANY}\n0,x,31/01/2026\n`, { surveyBytes: 1 })
    expect(await datasets.tables()).toHaveLength(before.length + 1)
    const [row] = await datasets.database.query(
      `SELECT min(_row)::int, max(_row)::int, count(*)::int FROM ${table}`,
    )
    expect(row).toEqual({ min: 1, max: 40_001, count: 40_001 })
  })
})

describe('a dataset whose name is taken', () => {
  it('is refused, and the existing one stays', async () => {
    const first = await datasets.load('a,b\n1,x\n', {}, 'taken')
    const again = datasets.load('a,b\n2,y\n', {}, 'taken')
    await expect(again).rejects.toMatchObject({ code: 'dataset_exists' })
    expect(await first.rows()).toEqual([['1', 'x']])
  })

  it('is replaced on request, even while the former one is read', async () => {
    const first = await datasets.load('a,b\n1,x\n', {}, 'replaced')
    const reader = new pg.Client({ connectionString: datasets.database.url })
    await reader.connect()
    await reader.query('BEGIN')
    await reader.query(`SELECT FROM ${first.table}`)
    const second = await datasets.load('c,d\n2,y\n', { ifExists: 'replace' }, 'replaced')
    expect(await second.rows()).toEqual([['2', 'y']])
    expect((await reader.query(`SELECT a FROM ${first.table}`)).rows).toEqual([{ a: '1' }])
    await reader.end()
    const listed = await datasets.database.query(`SELECT id FROM datasets WHERE name = 'replaced'`)
    expect(listed).toEqual([{ id: second.dataset.id }])
  })

  it('belongs to the last of two concurrent imports that replace it', async () => {
    await datasets.load('a,b\n1,x\n', {}, 'raced')
    const replace = { ifExists: 'replace' } as const
    const both = await Promise.all([
      datasets.run('a,b\n2,x\n', replace, 'raced'),
      datasets.run('a,b\n3,x\n', replace, 'raced'),
    ])
    expect(both.map(({ counts }) => counts.loaded)).toEqual([1, 1])
    const listed = await datasets.database.query(
      `SELECT row_count::int FROM datasets WHERE name = 'raced'`,
    )
    expect(listed).toEqual([{ row_count: 1 }])
  })

  it('keeps the former table until the new one is complete', async () => {
    const first = await datasets.load('a,b\n1,x\n', {}, 'kept')
    const failing = datasets.load(
      'a,b\n1,x\n',
      { ifExists: 'replace', critical: ['nowhere'] },
      'kept',
    )
    await expect(failing).rejects.toMatchObject({ code: 'unknown_column' })
    expect(await first.rows()).toEqual([['1', 'x']])
  })
})

describe('a dry run', () => {
  it('reports everything, and leaves nothing', async () => {
    const former = await datasets.load('a,b\n1,x\n', {}, 'dry')
    const before = await datasets.tables()
    const options = { dryRun: true, ifExists: 'replace', primaryKey: ['a'] } as const
    const { counts, columns, rejects } = await datasets.run('a,b\n1,x\n2,y\n1,z\n', options, 'dry')
    expect(counts).toEqual({ read: 3, loaded: 2, skipped: 0 })
    expect(columns.map(({ type }) => type)).toEqual(['integer', 'text'])
    expect(briefly(rejects)).toEqual(['4 duplicate_key'])
    expect(await datasets.tables()).toEqual(before)
    expect(await former.rows()).toEqual([['1', 'x']])
  })
})

describe('a load that fails', () => {
  it('leaves no table: an incomplete file, a lost connection', async () => {
    const before = await datasets.tables()
    async function* broken() {
      yield Buffer.from(`a,b,c\n${MANY}\n`)
      throw new Error('the file cannot be read any further')
    }
    await expect(datasets.load(broken, { surveyBytes: 1 })).rejects.toThrow('any further')

    let opened = 0
    async function* lost() {
      opened += 1
      const chunk = Buffer.from(`a,b,c\n${MANY}\n`)
      for (let round = 0; round < 60; round += 1) {
        yield round === 0 ? chunk : chunk.subarray(6)
        if (opened === 2 && round === 3) {
          await datasets.database.query(
            `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE application_name = 'passbook import' AND datname = current_database()`,
          )
        }
      }
    }
    await expect(datasets.load(lost, { surveyBytes: 1 })).rejects.toThrow()
    expect(opened).toBe(2)
    expect(await datasets.tables()).toEqual(before)
  })

  it('of an empty file is refused', async () => {
    await expect(datasets.load('')).rejects.toMatchObject({ code: 'empty_file' })
  })

  it('succeeds for a header alone', async () => {
    const { columns, counts, rows } = await datasets.load('id,name\n')
    expect(columns.map(({ name, type }) => [name, type])).toEqual([
      ['id', 'text'],
      ['name', 'text'],
    ])
    expect(counts).toEqual({ read: 0, loaded: 0, skipped: 0 })
    expect(await rows()).toEqual([])
  })
})
