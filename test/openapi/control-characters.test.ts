import { describe, expect, it } from 'vitest'
import { operations } from '../../src/generated/operations.ts'

interface Schema {
  readonly type?: string
  readonly pattern?: string
  readonly format?: string
  readonly enum?: readonly unknown[]
  readonly const?: unknown
}

/** Texts that are compared with what is stored, and stored nowhere. */
const ONLY_COMPARED = [
  'login /username',
  'login /password',
  'startBrowserSession /username',
  'startBrowserSession /password',
  'refreshToken /refresh_token',
  'logout /refresh_token',
  'changePassword /current_password',
  'confirmEmailVerification /token',
  'confirmPasswordReset /token',
  'requestPasswordReset /username',
  'issueToken /grant_type',
  'issueToken /username',
  'issueToken /password',
  'issueToken /refresh_token',
  'issueToken /scope',
  'issueToken /client_id',
  'issueToken /client_secret',
]
/** Names of letters of ASCII. */
const ASCII_NAMES = /username$|^createImportProfile \/name$/
/** Texts of several lines. */
const LONG_TEXTS = /(?<!\/column)\/(description|note)$/

const CONTROLS = [...Array(0x20).keys(), ...Array.from({ length: 0x21 }, (_, at) => 0x7f + at)].map(
  (code) => String.fromCharCode(code),
)

/** The texts of a schema: where each is, and its own schema. */
function* texts(schema: unknown, path: string): Generator<readonly [string, Schema]> {
  if (typeof schema !== 'object' || schema === null) return
  const { properties, items, anyOf, additionalProperties, ...own } = schema as Schema & {
    readonly properties?: Readonly<Record<string, unknown>>
    readonly items?: unknown
    readonly anyOf?: readonly unknown[]
    readonly additionalProperties?: unknown
  }
  if (own.type === 'string') yield [path, own]
  for (const [name, member] of Object.entries(properties ?? {})) {
    yield* texts(member, `${path}/${name}`)
  }
  yield* texts(items, path)
  yield* texts(additionalProperties, path)
  for (const form of anyOf ?? []) yield* texts(form, path)
}

const stored = Object.entries(operations)
  .flatMap(([name, { schema }]) => ('body' in schema ? [...texts(schema.body, `${name} `)] : []))
  .filter(([, { enum: values, const: value, format }]) => !(values ?? value ?? format))
  .filter(([path]) => !ONLY_COMPARED.includes(path))

describe('the texts of request bodies', () => {
  it.each(stored)('%s refuse control characters', (path, { pattern }) => {
    expect(pattern).toBeDefined()
    const form = new RegExp(pattern ?? '', 'u')
    const accepted = CONTROLS.filter((control) => form.test(`abcd${control}abcd`))
    expect(accepted).toEqual(LONG_TEXTS.test(path) ? ['\t', '\n', '\r'] : [])
  })

  it('may hold all else', () => {
    for (const [path, { pattern = '' }] of stored) {
      if (!/name$|title$|description$|password$/.test(path) || ASCII_NAMES.test(path)) continue
      expect('Zoë – 王 \u{1f600} \u200d', path).toMatch(new RegExp(pattern, 'u'))
    }
  })
})
