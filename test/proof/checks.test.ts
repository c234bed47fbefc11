import { describe, expect, it } from 'vitest'
import { createFindings } from '../chaos/findings.ts'
import { checkChanges } from './checks/changes.ts'
import { checkContent, checkOrder } from './checks/deliveries.ts'
import { checkList } from './checks/list.ts'
import type { ShownEvent } from './reader.ts'
import type { Attempt } from './receiver.ts'
import type { Check, Scene } from './scene.ts'

const event = (id: number, user_id: number, type = 'created', amount = '1.00'): ShownEvent => ({
  id,
  type: `transaction.${type}`,
  user_id,
  data: { transaction_id: 7, transaction_amount: amount },
})

const EVENTS = [event(1, 10), event(2, 11, 'updated', '2.00'), event(3, 10, 'deleted', '2.00')]

const attempt = (one: ShownEvent | undefined, fields: Partial<Attempt> = {}): Attempt => ({
  id: `evt_${one?.id}`,
  body: { ...one, timestamp: '2026-01-31T10:15:00.000Z' },
  isVerified: true,
  isTaken: true,
  ...fields,
})

const [first, second, third] = EVENTS
const ATTEMPTS = [
  attempt(first, { isTaken: false }),
  attempt(second),
  attempt(first),
  attempt(first),
  attempt(third),
]

/** What a check finds in a scene that is as it should be but for some of it. */
function find({ run }: Check, changes: Partial<Scene>): readonly string[] {
  const findings = createFindings()
  const scene = {
    users: [10, 11],
    read: EVENTS,
    events: EVENTS,
    attempts: ATTEMPTS,
    written: [
      {
        id: 7,
        userId: 10,
        changes: [
          { type: 'transaction.created', amount: '1.00' },
          { type: 'transaction.updated', amount: '2.00' },
          { type: 'transaction.deleted', amount: '2.00' },
        ],
      },
    ],
    ...changes,
  } as unknown as Scene
  void run(scene, findings)
  return findings.list().map(({ kind }) => kind)
}

describe('the checks of a proof', () => {
  it('find nothing where all is as it should be', () => {
    for (const check of [checkList, checkChanges, checkContent, checkOrder]) {
      expect(find(check, {})).toEqual([])
    }
  })

  it.each<[string, Check, Partial<Scene>]>([
    ['event that the reader missed', checkList, { read: EVENTS.slice(1) }],
    ['event that changed', checkList, { read: [event(1, 99), ...EVENTS.slice(1)] }],
    ['event that went after it was read', checkList, { events: EVENTS.slice(1) }],
    ['events out of order', checkList, { read: EVENTS.toReversed() }],
    ['other events than changes', checkChanges, { events: EVENTS.slice(1) }],
    ['other events than changes', checkChanges, { events: [...EVENTS, event(4, 10)] }],
    ['event of nothing', checkChanges, { written: [] }],
    [
      'signature that is not good',
      checkContent,
      { attempts: [attempt(first, { isVerified: false })] },
    ],
    ['webhook of no event', checkContent, { attempts: [attempt(event(9, 10))] }],
    [
      'webhook with another content',
      checkContent,
      { attempts: [attempt(event(1, 10, 'updated'))] },
    ],
    ['event that was never taken', checkOrder, { attempts: ATTEMPTS.slice(0, 4) }],
    ['webhook before its turn', checkOrder, { attempts: ATTEMPTS.toReversed() }],
  ])('find an %s', (kind, check, changes) => {
    expect(find(check, changes)).toContain(kind)
  })
})
