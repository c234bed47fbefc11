import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { MIGRATIONS_DIR } from '../../../src/database/schema-engine.ts'
import { newName } from '../../datasets/tables.ts'
import { useCast } from '../../setup/cast.ts'

const cast = useCast()

const MIGRATION = '20261127033100_dataset_columns'

it('gives the columns of datasets the form of those of imports', async () => {
  const { database, call } = cast.service
  const name = newName()
  const before = [
    { name: 'a', type: 'integer', nullable: false, sourceName: 'A "1"' },
    { name: 'column_2', type: 'text', nullable: true, sourceName: null, ambiguous: true },
  ]
  const after = [
    { name: 'a', type: 'integer', nullable: false, source_name: 'A "1"' },
    { name: 'column_2', type: 'text', nullable: true, source_name: null, ambiguous: true },
  ]
  const [dataset] = await database.query<{ id: number }>(
    'INSERT INTO datasets (name, columns, row_count) VALUES ($1, $2, 0) RETURNING id::int',
    [name, JSON.stringify(before)],
  )
  await database.query(
    `CREATE TABLE datasets.d${dataset?.id} ("_row" bigint, a bigint, column_2 text)`,
  )
  const sql = await readFile(join(MIGRATIONS_DIR, MIGRATION, 'migration.sql'), 'utf8')
  const shown = async () =>
    (await call('getDataset', { params: { name }, token: cast.staff.token })).body.columns
  await database.query(sql)
  expect(await shown()).toEqual(after)
  await database.query(sql)
  expect(await shown()).toEqual(after)
})
