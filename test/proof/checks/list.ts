import type { Check } from '../scene.ts'

/** The list that grew under a reader's eyes is the list that is there. */
export const checkList: Check = {
  claim: 'a reader by cursor misses no event, and none comes before what it had read',
  run({ read, events }, findings) {
    const seen = new Map(read.map((event) => [event.id, JSON.stringify(event)]))
    const there = new Map(events.map((event) => [event.id, JSON.stringify(event)]))
    for (const [id, text] of there) {
      if (!seen.has(id)) findings.add('event that the reader missed', text)
      else if (seen.get(id) !== text) findings.add('event that changed', text)
    }
    for (const [id, text] of seen) {
      if (!there.has(id)) findings.add('event that went after it was read', text)
    }
    if (read.some(({ id }, index) => id <= (read[index - 1]?.id ?? 0))) {
      findings.add('events out of order', 'the reader got one twice, or before a smaller id')
    }
  },
}
