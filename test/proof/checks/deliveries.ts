import { isDeepStrictEqual } from 'node:util'
import type { ShownEvent } from '../reader.ts'
import type { Attempt } from '../receiver.ts'
import type { Check } from '../scene.ts'

/** The events of each user that the endpoint wants, which are all, in their order. */
function eventsByUser(events: readonly ShownEvent[], users: readonly number[]) {
  const found = new Map<number, ShownEvent[]>(users.map((id) => [id, []]))
  for (const event of events) found.get(event.user_id)?.push(event)
  return found
}

const withoutTimestamp = ({ timestamp, ...event }: Attempt['body']) => event

/** What came is what is listed, signed. */
export const checkContent: Check = {
  claim: 'each webhook is an event of the list, with a good signature',
  run({ events, attempts, users }, findings) {
    const listed = new Map(events.map((event) => [`evt_${event.id}`, event]))
    const known = new Set(users)
    for (const { id, body, isVerified } of attempts) {
      if (!isVerified) findings.add('signature that is not good', id)
      if (!known.has(Number(body['user_id']))) continue
      const event = listed.get(id)
      if (event === undefined) findings.add('webhook of no event', id)
      else if (!isDeepStrictEqual(event, withoutTimestamp(body))) {
        findings.add('webhook with another content', id)
      }
    }
  },
}

/** Each user's events come one after the other: none is tried before all earlier ones were taken. */
export const checkOrder: Check = {
  claim: 'every event was taken at least once, in order for each user',
  run({ events, attempts, users }, findings) {
    const expected = eventsByUser(events, users)
    const taken = new Map<number, number>()
    for (const { id, body, isTaken } of attempts) {
      const user = Number(body['user_id'])
      const own = expected.get(user)
      if (own === undefined) continue
      const position = own.findIndex((event) => `evt_${event.id}` === id)
      const next = taken.get(user) ?? 0
      if (position > next) {
        findings.add('webhook before its turn', `${id} of user ${user} before evt_${own[next]?.id}`)
      }
      if (position === next && isTaken) taken.set(user, next + 1)
    }
    for (const [user, own] of expected) {
      for (const { id } of own.slice(taken.get(user) ?? 0)) {
        findings.add('event that was never taken', `${id} of user ${user}`)
      }
    }
  },
}
