import type { ShownEvent } from '../reader.ts'
import type { Check } from '../scene.ts'

const describe = (changes: readonly { readonly type: string; readonly amount: unknown }[]) =>
  changes.map(({ type, amount }) => `${type} ${amount}`).join(', ') || 'none'

function byTransaction(events: readonly ShownEvent[]) {
  const found = new Map<number, { readonly type: string; readonly amount: unknown }[]>()
  for (const { type, data } of events) {
    if (!type.startsWith('transaction.')) continue
    const id = Number(data['transaction_id'])
    const known = found.get(id) ?? []
    known.push({ type, amount: data['transaction_amount'] })
    found.set(id, known)
  }
  return found
}

/** Each acknowledged change is an event, once and in order; nothing else is. */
export const checkChanges: Check = {
  claim: 'each acknowledged change is one event, and there are no others',
  run({ events, written }, findings) {
    const found = byTransaction(events)
    for (const { id, changes } of written) {
      const [expected, actual] = [describe(changes), describe(found.get(id) ?? [])]
      if (actual !== expected) {
        findings.add('other events than changes', `${id}: ${actual} for ${expected}`)
      }
    }
    const known = new Set(written.map(({ id }) => id))
    for (const [id, changes] of found) {
      if (!known.has(id)) findings.add('event of nothing', `${id}: ${describe(changes)}`)
    }
  },
}
