import { expect, it } from 'vitest'
import { readCommandLine, UsageError } from '../../src/lib/command-line.ts'
import { fuzzCommand, readOptions } from './options.ts'

function read(args: readonly string[]) {
  const given = readCommandLine(fuzzCommand, args)
  return given && readOptions(given)
}

it('reads seed, cases and operation', () => {
  expect(read(['--seed', '5', '--cases', '10', '--only', 'getMe'])).toEqual({
    seed: 5,
    cases: 10,
    single: undefined,
    only: 'getMe',
    parallel: 4,
    busy: false,
    report: undefined,
  })
})

it('draws a seed when none is given, and 3,000 cases', () => {
  const [one, other] = [read([]), read([])]
  expect(one?.cases).toBe(3_000)
  expect(one?.seed).not.toBe(other?.seed)
})

it('gives help', () => {
  expect(read(['--help', '--seed', '1'])).toBeUndefined()
})

it.each([
  [['--seed', 'x']],
  [['--cases', '0']],
  [['--cases', '-1']],
  [['--only', 'getNothing']],
  [['--parallel', '65']],
  [['--what']],
  [['stray']],
])('refuses %j', (args) => {
  expect(() => read(args)).toThrow(UsageError)
})
