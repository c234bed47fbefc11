import { describe, expect, it } from 'vitest'
import { readCommandLine } from '../../src/lib/command-line.ts'
import { proofCommand, readOptions } from './options.ts'

function read(...args: readonly string[]) {
  const given = readCommandLine(proofCommand, args)
  return given && readOptions(given)
}

describe('the command line of proof', () => {
  it('kills 20 times in 2,000 transactions where nothing else is asked for', () => {
    expect(read('--seed', '7')).toEqual({
      seed: 7,
      moments: 20,
      transactions: 2_000,
      processes: 2,
      report: undefined,
      logs: undefined,
    })
  })

  it('makes a seed up where none is given', () => {
    expect(read()?.seed).not.toBe(read()?.seed)
  })

  it.each([
    [['--seed', 'x'], '--seed takes a whole number from 0 to 4294967295'],
    [['--moments', '0'], '--moments takes a whole number from 1 to 200'],
    [['--moments', '100'], undefined],
    [['--moments', '101'], '--transactions takes 2020 and more for 101 moments'],
    [['--processes', '5'], '--processes takes a whole number from 1 to 4'],
  ])('judges %j', (args, message) => {
    if (message === undefined) expect(read(...args)).toBeDefined()
    else expect(() => read(...args)).toThrow(message)
  })
})
