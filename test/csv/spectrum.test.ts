import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { readTable } from './read-table.ts'

/** The files of the npm package csv-spectrum, each with its content as JSON. */
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

it('has the twelve known files', () => {
  expect(NAMES).toHaveLength(12)
})

it.each(NAMES.filter((name) => name !== 'location_coordinates'))('%s, fully detected', (name) => {
  expect(records(csv(name))).toEqual(json(name))
})

/** Its JSON is an object instead of a list, with another telephone number than the CSV. */
it('location_coordinates, except for the difference', () => {
  const expected = json('location_coordinates') as Record<string, string>
  expect(records(csv('location_coordinates'))).toEqual([
    { ...expected, 'Contact Phone Number': '2095257564' },
  ])
})
