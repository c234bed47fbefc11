import { describe, expect, it } from 'vitest'
import { readCommandLine } from '../../src/lib/command-line.ts'
import { chaosCommand, readOptions } from './options.ts'

const KINDS = ['kill', 'pause']

function read(...args: readonly string[]) {
  const given = readCommandLine(chaosCommand, args)
  return given && readOptions(given, KINDS)
}

describe('the command line of chaos', () => {
  it('takes a seed, minutes and kinds of faults', () => {
    expect(read('--seed', '7', '--minutes', '0.5', '--only', 'kill')).toEqual({
      seed: 7,
      minutes: 0.5,
      clients: 6,
      only: ['kill'],
      report: undefined,
      logs: undefined,
    })
  })

  it('makes a seed up where none is given', () => {
    expect(read()?.seed).not.toBe(read()?.seed)
  })

  it('wants nothing done for help', () => {
    expect(read('--help')).toBeUndefined()
  })

  it.each([
    [['--seed', 'x'], '--seed takes a whole number from 0 to 4294967295'],
    [['--seed', ''], '--seed takes a whole number'],
    [['--minutes', '0'], '--minutes takes a number from 0.5 to 120'],
    [['--clients', '1.5'], '--clients takes a whole number from 1 to 50'],
    [['--only', 'flood'], '--only takes kill, pause'],
    [['--what'], "Unknown option '--what'"],
  ])('refuses %j', (args, message) => {
    expect(() => read(...args)).toThrow(message)
  })
})
