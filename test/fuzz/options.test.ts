import { expect, it } from 'vitest'
import { readOptions, UsageError } from './options.ts'

it('reads seed, cases and operation', () => {
  expect(readOptions(['--seed', '5', '--cases', '10', '--only', 'getMe'])).toEqual({
    seed: 5,
    cases: 10,
    single: undefined,
    only: 'getMe',
    parallel: 4,
    busy: false,
    report: undefined,
    json: false,
  })
})

it('draws a seed when none is given, and 3,000 cases', () => {
  const [one, other] = [readOptions([]), readOptions([])]
  expect(one?.cases).toBe(3_000)
  expect(one?.seed).not.toBe(other?.seed)
})

it('gives help', () => {
  expect(readOptions(['--help', '--seed', '1'])).toBeUndefined()
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
  expect(() => readOptions(args)).toThrow(UsageError)
})
