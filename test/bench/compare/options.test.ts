import { describe, expect, it } from 'vitest'
import { readCommandLine, UsageError } from '../../../src/lib/command-line.ts'
import { benchCommand, readOptions } from './options.ts'

const read = (...args: readonly string[]) => {
  const given = readCommandLine(benchCommand, args)
  return given && readOptions(given)
}

describe('the options of the bench', () => {
  it('measures everything when nothing is chosen', () => {
    expect(read()).toMatchObject({
      targets: ['passbook', 'express', 'fastapi', 'limit'],
      parts: ['figures', 'growth', 'start', 'memory'],
      connections: [32, 256],
      rounds: 5,
      seconds: 4,
      processes: 2,
    })
  })

  it('measures what is chosen, kinds of work and parts alike', () => {
    expect(read('--only', 'create,analytics,start', '--targets', 'limit,passbook')).toMatchObject({
      works: ['analytics', 'create'],
      parts: ['start'],
      targets: ['passbook', 'limit'],
    })
  })

  it.each([
    ['--only', 'creat'],
    ['--targets', 'django'],
    ['--connections', '32,many'],
    ['--rounds', '0'],
  ])('refuses %s %s', (...args) => {
    expect(() => read(...args)).toThrow(UsageError)
  })
})
