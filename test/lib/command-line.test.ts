import { describe, expect, it } from 'vitest'
import {
  type Command,
  readCommandLine,
  readNumber,
  UsageError,
  usageOf,
} from '../../src/lib/command-line.ts'

const command = {
  name: 'bake',
  summary: 'Bakes a loaf.',
  document: '{"loaf"}',
  positionals: { usage: 'FLOUR', min: 1, max: 1 },
  options: {
    out: { value: 'PLACE', text: 'where it cools', required: true },
    seed: { value: 'KIND', text: 'what is strewn on it', repeatable: true },
    heat: { value: 'DEGREES', text: 'how hot' },
    slow: { text: 'take the time' },
  },
  notes: 'Mind the oven.',
} as const satisfies Command

const read = (line: string) => readCommandLine(command, line.split(' '))

describe('a command line', () => {
  it('gives what its table says', () => {
    expect(read('rye --out shelf --seed poppy --seed=sesame --slow --json')).toEqual({
      positionals: ['rye'],
      rest: [],
      json: true,
      options: { out: 'shelf', seed: ['poppy', 'sesame'], heat: undefined, slow: true },
    })
    expect(read('rye --out shelf')).toEqual({
      positionals: ['rye'],
      rest: [],
      json: false,
      options: { out: 'shelf', seed: [], heat: undefined, slow: false },
    })
  })

  it('passes on what it does not know, where it may', () => {
    const passing = {
      name: 'pass',
      summary: 'Passes on.',
      document: '{}',
      rest: "another's",
      options: { report: { value: 'FILE', text: 'where to write' } },
    } as const satisfies Command
    const line = 'one --only two --report a --json -t three --report=b --bail=1'
    expect(readCommandLine(passing, line.split(' '))).toEqual({
      options: { report: 'b' },
      json: true,
      positionals: [],
      rest: ['one', '--only', 'two', '-t', 'three', '--bail=1'],
    })
    expect(readCommandLine(passing, ['one', '--help'])).toBeUndefined()
    expect(() => readCommandLine(passing, ['--report'])).toThrow(UsageError)
    expect(usageOf(passing)).toContain("\nAll other arguments are another's.\n")
  })

  it('may ask for help, whatever is missing', () => {
    expect(read('--help')).toBeUndefined()
    expect(read('rye wheat oats --help')).toBeUndefined()
  })

  it.each([
    ['--out shelf', 'FLOUR is missing'],
    ['rye', '--out PLACE is missing'],
    ['rye --out=', '--out PLACE is missing'],
    ['rye wheat --out shelf', "'wheat' is one argument too many"],
    ['rye --out', "Option '--out <value>' argument missing"],
    ['rye --out --slow', "Option '--out' argument is ambiguous"],
    ['rye --out shelf --slow=yes', "Option '--slow' does not take an argument"],
    ['rye --out shelf --fast', "Unknown option '--fast'"],
  ])('%s is refused in one sentence', (line, problem) => {
    expect(() => read(line)).toThrow(UsageError)
    expect(() => read(line)).toThrow(`${problem}; see \`npm run bake -- --help\`.`)
  })

  it.each(['', 'x', '-1', '1e1', ' 5', '300.5', '301'])('takes no %j for a number', (text) => {
    expect(() => readNumber(command, 'heat', text, { min: 0, max: 300 })).toThrow(
      '--heat takes a whole number from 0 to 300; see `npm run bake -- --help`.',
    )
  })

  it('takes numbers within their bounds', () => {
    expect(readNumber(command, 'heat', '300', { min: 0, max: 300 })).toBe(300)
    expect(readNumber(command, 'heat', '0.5', { min: 0.5, max: 300, isWhole: false })).toBe(0.5)
  })

  it('is printed', () => {
    expect(usageOf(command)).toBe(`Usage: npm run bake -- FLOUR --out PLACE [options]

Bakes a loaf.

  --out PLACE     where it cools
  --seed KIND     what is strewn on it; repeatable
  --heat DEGREES  how hot
  --slow          take the time
  --json          print one JSON document on standard output, and nothing else there
  --help          print this, and do nothing else

The document: {"loaf"}
Mind the oven.

Progress goes to standard error. Exit codes: 0 done, 1 failed, 2 wrong usage.
`)
  })
})
