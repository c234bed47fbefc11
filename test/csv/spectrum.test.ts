import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { readTable } from './read-table.ts'

/** The files that the npm package csv-spectrum collects, each with what it holds as JSON. */
const FOLDER = new URL('../../node_modules/csv-spectrum/', import.meta.url)
const NAMES = readdirSync(new URL('csvs/', FOLDER)).map((file) => file.replace('.csv', ''))

const csv = (name: string): Buffer => readFileSync(new URL(`csvs/${name}.csv`, FOLDER))
const json = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`json/${name}.json`, FOLDER), 'utf8'))

const records = (file: Buffer, header?: boolean) => {
  const { dialect, rows } = readTable(file, header === undefined ? {} : { header })
  return rows.map((row) =>
    Object.fromEntries(dialect.names.map((name, column) => [name, row.cells[column]])),
  )
}

it('has the twelve files that are known here', () => {
  expect(NAMES).toHaveLength(12)
})

it.each(NAMES.filter((name) => name !== 'location_coordinates'))('%s, nothing given', (name) => {
  expect(records(csv(name))).toEqual(json(name))
})

/** Its JSON is one object instead of a list, and has another telephone number than its CSV. */
it('location_coordinates, apart from what differs there', () => {
  const expected = json('location_coordinates') as Record<string, string>
  expect(records(csv('location_coordinates'))).toEqual([
    { ...expected, 'Contact Phone Number': '2095257564' },
  ])
})
