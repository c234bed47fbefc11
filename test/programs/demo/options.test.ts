import { describe, expect, it } from 'vitest'
import { readOptions } from '../../../src/programs/demo/options.ts'

const CREDENTIALS = { username: 'admin', password: 'secret-1' }

describe('the command line', () => {
  it('may be empty', () => {
    expect(readOptions([], {})).toEqual({ help: false })
  })

  it('takes two files, and a service with an account', () => {
    const args = 'u.csv --url http://localhost:3000/v1/ t.csv --username admin --password secret-1'
    expect(readOptions(args.split(' '), {})).toEqual({
      help: false,
      files: { users: 'u.csv', transactions: 't.csv' },
      service: { url: 'http://localhost:3000', credentials: CREDENTIALS },
    })
  })

  it('takes the account from the environment', () => {
    const env = { DEMO_USERNAME: 'admin', DEMO_PASSWORD: 'secret-1' }
    expect(readOptions(['--url', 'http://localhost:3000'], env).service?.credentials).toEqual(
      CREDENTIALS,
    )
  })

  it.each([
    'u.csv',
    'u.csv t.csv more.csv',
    '--verbose',
    '--url',
    '--url localhost:3000 --username a --password b',
    '--url http://localhost:3000',
    '--username admin',
  ])('is refused when it is %s', (args) => {
    expect(() => readOptions(args.split(' '), {})).toThrow(
      expect.objectContaining({ name: 'DemoError', exitCode: 2 }),
    )
  })
})
