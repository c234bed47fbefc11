import { describe, expect, it } from 'vitest'
import { readCommandLine } from '../../../src/lib/command-line.ts'
import { etlCommand } from '../../../src/programs/commands.ts'
import { readOptions } from '../../../src/programs/etl/options.ts'

function read(line: string) {
  const given = readCommandLine(etlCommand, line.split(' '))
  return given && readOptions(given)
}

describe('the command line', () => {
  it('groups by each kind, and takes the format from the name', () => {
    expect(read('--out groups.csv')).toEqual({
      out: 'groups.csv',
      format: 'csv',
      members: false,
      groupings: [['bank'], ['company'], ['pincode']],
    })
    expect(read('--out a.b/GROUPS.JSON')?.format).toBe('json')
  })

  it('takes all that is given', () => {
    expect(read('--members --format json --group-by pincode,bank --out groups.csv')).toEqual({
      out: 'groups.csv',
      format: 'json',
      members: true,
      groupings: [['bank', 'pincode']],
    })
  })

  it('may ask for help', () => {
    expect(read('--help')).toBeUndefined()
    expect(read('--help --out groups.txt')).toBeUndefined()
  })

  it.each([
    '--members',
    '--out=',
    '--out groups',
    '--out groups.txt',
    '--out groups.csv --format xml',
    '--out groups.csv --group-by age',
    '--out groups.csv --group-by bank,bank',
    '--out groups.csv --group-by=',
    '--out groups.csv more',
    '--out groups.csv --verbose',
    '--out',
  ])('refuses %s in one sentence', (line) => {
    expect(() => read(line)).toThrow(/^[^.]*(\.[^.]+)*; see `npm run etl -- --help`\.$/)
  })
})
