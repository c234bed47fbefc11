import type { TObject } from 'typebox'
import { type OperationId, operations } from '../../src/generated/operations.ts'

/** An operation that takes a body of JSON. */
export interface BodyOperation {
  readonly id: OperationId
  readonly bytes: number
  readonly properties: readonly string[]
  readonly lists: Readonly<Record<string, number>>
}

export const bodyOperations: readonly BodyOperation[] = Object.values(operations).flatMap(
  ({ operationId, bodyLimits, schema }) =>
    bodyLimits === null || !('body' in schema)
      ? []
      : [
          {
            id: operationId,
            bytes: bodyLimits.bytes,
            properties: Object.keys((schema.body as unknown as TObject).properties),
            lists: bodyLimits.lists,
          },
        ],
)

/** What a body is called, and its text. It is made when it is sent: all at once would fill the memory. */
export type Hostile = readonly [name: string, text: () => string]

/** A part as often as it fits between the others. */
const filled = (bytes: number, before: string, part: string, after: string): string =>
  before +
  part.repeat(Math.floor((bytes - before.length - after.length) / Buffer.byteLength(part))) +
  after

/** Members with names of their own, as many as fit. */
function manyMembers(bytes: number, value: string): string {
  const members: string[] = []
  for (let length = 12; length < bytes - 40; ) {
    const member = `"k${members.length}":${value}`
    members.push(member)
    length += member.length + 1
  }
  return `{${members.join(',')}}`
}

/** Texts that take long to be compared, counted, or matched with a pattern. */
const TEXTS: readonly (readonly [string, string, string, string])[] = [
  ['letters', '', 'x', ''],
  ['blanks', '', ' ', ''],
  ['blanks and an end', '', ' ', '\\u0000'],
  ['letters and an end', '', 'a', '\\u0000'],
  ['digits', '', '0', ''],
  ['decimals', '0.', '0', '1'],
  ['times', '', 'T', ''],
  ['time zones', '2026-01-01T00:00:00.', '0', '+'],
  ['brackets', '2026-01-01T00:00:00Z[', 'a-', ']'],
  ['domains', 'a@', 'a.', '!'],
  ['labels', 'a@', 'a-', '!'],
  ['local parts', '', 'a.', '@'],
  ['escapes', '', '\\u0041', ''],
  ['pairs', '', '\\ud83d\\ude00', ''],
  ['emoji', '', '\u{1f600}', ''],
  ['accents', 'e', '\u0301', ''],
  ['escaped quotes', '', '\\"__proto__\\":', ''],
]

/** Values of any kind, of the size given. */
const VALUES: readonly (readonly [string, (bytes: number) => string])[] = [
  ...TEXTS.map(
    ([name, before, part, after]) =>
      [name, (bytes: number) => `"${filled(bytes - 2, before, part, after)}"`] as const,
  ),
  ['empty objects', (bytes) => filled(bytes, '[', '{},', '{}]')],
  ['lists of lists', (bytes) => filled(bytes, '[', '[[]],', '[]]')],
  ['equal texts', (bytes) => filled(bytes, '[', '"bank",', '"bank"]')],
  ['nulls', (bytes) => filled(bytes, '[', 'null,', 'null]')],
  ['long numbers', (bytes) => filled(bytes, '[', '12345678901234567890,', '1]')],
  ['long exact numbers', (bytes) => filled(bytes, '[', '0.50000000000000000000,', '1]')],
  ['half characters', (bytes) => filled(bytes, '[', '"\\ud83d",', '1]')],
  ['one long number', (bytes) => filled(bytes, '', '1', '')],
  ['one long decimal', (bytes) => filled(bytes, '0.', '0', '1')],
  ['members', (bytes) => manyMembers(bytes, '1')],
  ['members with objects', (bytes) => manyMembers(bytes, '{"a":{}}')],
  ['equal members', (bytes) => filled(bytes, '{', '"a":1,', '"a":1}')],
  ['deep lists', (bytes) => '['.repeat(bytes / 2) + ']'.repeat(bytes / 2)],
  ['deep objects', (bytes) => filled(bytes, '', '{"a":', '')],
  [
    'lists of some depth',
    (bytes) => filled(bytes, '[', `${'['.repeat(25)}${']'.repeat(25)},`, '1]'),
  ],
  ['blanks around', (bytes) => filled(bytes, '', ' ', '[[]]')],
]

const OBJECT_ITEMS: readonly (readonly [string, string])[] = [
  ['empty', '{}'],
  ['with unknown members', `{${Array.from({ length: 8 }, (_, index) => `"u${index}":1`).join()}}`],
  ['that are lists', '[[]]'],
  [
    'of wrong types',
    '{"user_id":"x","full_name":1,"transaction_date":"T","transaction_amount":"x","transaction_type":1,"currency":1,"name":1,"email":"@","age":"x","pincode":1}',
  ],
]

/** Lists of as many items as are taken, and of one more. */
function listBodies({ lists }: BodyOperation): Hostile[] {
  return Object.entries(lists).flatMap(([list, most]) =>
    OBJECT_ITEMS.flatMap(([kind, item]) =>
      ['atomic', 'partial'].flatMap((mode): Hostile[] =>
        [most, most + 1].map((items) => [
          `${items} items ${kind}, ${mode}`,
          () => `{"mode":"${mode}","${list}":[${Array(items).fill(item).join()}]}`,
        ]),
      ),
    ),
  )
}

/** Bodies that are as hard to read as a body of an operation can be, just below its limit and above it. */
export function hostileBodies(operation: BodyOperation): Hostile[] {
  const { bytes, properties } = operation
  const whole = VALUES.flatMap(([name, value]): Hostile[] => [
    [`${name}, as the body`, () => value(bytes)],
    [`${name}, too large`, () => `${value(bytes)} `.padEnd(bytes + 1)],
  ])
  const members = properties.flatMap((property) =>
    VALUES.map(
      ([name, value]): Hostile => [
        `${name}, as ${property}`,
        () => `{"${property}":${value(bytes - property.length - 8)}}`,
      ],
    ),
  )
  const longName: Hostile = ['a long name', () => filled(bytes, '{"', 'n', '":1}')]
  return [...whole, ...members, longName, ...listBodies(operation)]
}
