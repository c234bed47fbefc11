import { describe, expect, it } from 'vitest'
import { readCommandLine, UsageError } from '../../../src/lib/command-line.ts'
import { demoCommand } from '../../../src/programs/commands.ts'
import { readOptions } from '../../../src/programs/demo/options.ts'

const KEPT = { adminUsername: 'kept', adminPassword: 'secret-2' }
const CREDENTIALS = { username: 'admin', password: 'secret-1' }

function read(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const given = readCommandLine(demoCommand, args)
  return given && readOptions(given, env, given.options['into-running'] ? KEPT : undefined)
}

describe('the command line', () => {
  it('may be empty', () => {
    expect(read([])).toEqual({})
  })

  it('takes two files, and a service with an account', () => {
    const args = 'u.csv --url http://localhost:3000/v1/ t.csv --username admin --password secret-1'
    expect(read(args.split(' '))).toEqual({
      files: { users: 'u.csv', transactions: 't.csv' },
      service: { url: 'http://localhost:3000', credentials: CREDENTIALS },
    })
  })

  it('takes the account from the environment', () => {
    const env = { DEMO_USERNAME: 'admin', DEMO_PASSWORD: 'secret-1' }
    expect(read(['--url', 'http://localhost:3000'], env)?.service?.credentials).toEqual(CREDENTIALS)
  })

  it('fills the service that npm start runs, with the account of its folder', () => {
    const credentials = { username: 'kept', password: 'secret-2' }
    const service = { url: 'http://127.0.0.1:3000', credentials }
    expect(read(['--into-running'])).toEqual({ service, fills: true })
    expect(read(['--into-running'], { PORT: '8080' })?.service?.url).toBe('http://127.0.0.1:8080')
    const args = ['--into-running', '--url', 'https://passbook.example/']
    const env = { DEMO_USERNAME: 'admin', DEMO_PASSWORD: 'secret-1' }
    expect(read(args, env)).toEqual({
      service: { url: 'https://passbook.example', credentials: CREDENTIALS },
      fills: true,
    })
  })

  it.each([
    'u.csv',
    'u.csv t.csv --into-running',
    'u.csv t.csv more.csv',
    '--verbose',
    '--url',
    '--url localhost:3000 --username a --password b',
    '--url http://localhost:3000',
    '--username admin',
  ])('is refused when it is %s', (args) => {
    expect(() => read(args.split(' '))).toThrow(UsageError)
    expect(() => read(args.split(' '))).toThrow(/^.+; see `npm run demo -- --help`\.$/)
  })
})
