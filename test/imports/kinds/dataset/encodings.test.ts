import { afterAll, beforeAll, expect, it } from 'vitest'
import { encode } from '../../../bench/csv/encode.ts'
import { type DatasetLoads, openDatasetLoads } from './dataset-loads.ts'

let datasets: DatasetLoads

beforeAll(async () => {
  datasets = await openDatasetLoads()
})
afterAll(() => datasets.close())

/** More than the sample of a dialect, in ASCII. */
const MANY = Array.from({ length: 3_000 }, (_, row) => `${row},${'plain '.repeat(18)}`).join('\n')
const HEAD = `n,name\n${MANY}\n`

it.each([
  ['cp850', 'Jürgen', 0],
  ['windows-1251', 'Иван', 0],
  ['windows-1252', 'Jürgen', 0],
  ['utf-8', 'Jürgen', 0],
])('is found by what comes late in a file: %s', async (encoding, word) => {
  const late = Array.from({ length: 50 }, (_, row) => `${row},${word}`).join('\n')
  const file = Buffer.concat([Buffer.from(HEAD), encode(late, encoding)])
  for (const surveyBytes of [1, undefined]) {
    const { dialect, rows } = await datasets.load(file, surveyBytes ? { surveyBytes } : {})
    expect(dialect).toMatchObject({ encoding, mendedBytes: 0 })
    const stored = await rows()
    expect(stored).toHaveLength(3_050)
    expect(stored.at(-1)).toEqual(['49', word])
  }
})

it('is UTF-8 if a bad byte comes first, and more of the file is well formed', async () => {
  const start = `n,name\n0,J\xfcrgen\n${MANY}\n`
  const late = Array.from({ length: 50 }, (_, row) => `${row},Jürgen`).join('\n')
  const file = Buffer.concat([Buffer.from(start, 'latin1'), Buffer.from(late)])
  for (const surveyBytes of [1, undefined]) {
    const { dialect, rows } = await datasets.load(file, surveyBytes ? { surveyBytes } : {})
    expect(dialect).toMatchObject({ encoding: 'utf-8', mendedBytes: 1 })
    const stored = await rows()
    expect([stored[0]?.[1], stored.at(-1)?.[1]]).toEqual(['Jürgen', 'Jürgen'])
  }
})

it('is what the caller says, if one does', async () => {
  const file = encode('n,name\n1,Jürgen\n', 'cp850')
  const { rows, dialect } = await datasets.load(file, { dialect: { encoding: 'windows-1252' } })
  expect(await rows()).toEqual([['1', 'J\u0081rgen']])
  expect(dialect.isEncodingGuess).toBe(false)
})
