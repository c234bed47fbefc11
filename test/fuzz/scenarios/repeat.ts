import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { Finding } from '../finding.ts'
import { settle } from '../inputs/late.ts'
import { valid } from '../inputs/values.ts'
import { type Fields, KINDS, type Kind } from '../kinds.ts'
import { operationOf } from '../operations.ts'
import { defineScenario } from './scenario.ts'

/** How often a request is sent at the same moment. */
const AT_ONCE = 3

const keys = fc.stringMatching(/^[\x21-\x7e]{1,40}$/)

/** A creation under one key, again and again: it happens once, and each time says the same. */
const repeatOf = (kind: Kind) => {
  const { create, remove, param } = kind
  const schema = operationOf(create).body ?? {}
  return defineScenario(
    { name: `the same ${kind.name} again`, weight: 10, operations: [create] },
    fc.record({
      body: valid(schema) as fc.Arbitrary<Fields>,
      other: valid(schema) as fc.Arbitrary<Fields>,
      key: keys,
    }),
    async (scene, { body, other, key }) => {
      const actor = scene.actor(kind.by ?? 'owner')
      const fail = (what: string): never => {
        throw new Finding('wrong-answer', create, what)
      }
      const params = { id: scene.owner.id }
      // Others of the run may have drawn the same.
      const headers = [['idempotency-key', `${key}${scene.facts.unique()}`] as const]
      const first = kind.mend(settle(body, scene.facts) as Fields, scene.facts)
      const second = kind.mend(settle(other, scene.facts) as Fields, scene.facts)
      const send = (fields: Fields) => scene.call(create, { actor, params, headers, body: fields })

      const answers = await Promise.all(Array.from({ length: AT_ONCE }, () => send(first)))
      const made = answers.filter(({ answer }) => answer.status === 201)
      for (const { answer, body: problem } of answers) {
        const isInUse = answer.status === 409 && problem.code === 'idempotency_key_in_use'
        // A value that another record has is refused each time anew, and keeps no key.
        const isTaken = answer.status === 409 && made.length === 0
        if (answer.status !== 201 && !isInUse && !isTaken) fail(`${answer.status} at once`)
      }
      if (made.length === 0) return
      const originals = made.filter(({ answer }) => !answer.headers['idempotency-replayed'])
      if (originals.length !== 1) fail(`${originals.length} of ${AT_ONCE} at once did it`)
      const again = await send(first)
      if (again.answer.headers['idempotency-replayed'] !== 'true') fail('done again, not replayed')
      if (!isDeepStrictEqual(again.body, originals[0]?.body)) fail('replayed as something else')
      if (!isDeepStrictEqual(first, second)) {
        const { answer, body: problem } = await send(second)
        if (answer.status !== 422 || problem.code !== 'idempotency_key_reused') {
          fail(`${answer.status} for another body under the key`)
        }
      }
      const { resource } = operationOf(create)
      const record = resource === null ? again.body : again.body[resource]
      await scene.call(remove, { actor, params: { ...params, [param]: record.id } })
    },
  )
}

export const repeats = KINDS.map(repeatOf)
