import fc from 'fast-check'
import { type Damage, damages } from '../inputs/hostile.ts'
import { valid } from '../inputs/values.ts'
import { type Fields, KINDS, type Kind } from '../kinds.ts'
import { operationOf } from '../operations.ts'
import { createLife } from './life.ts'
import { defineScenario } from './scenario.ts'

/** Something that is done to a record in the course of its life. */
export type Step =
  | { readonly do: 'read' | 'list' | 'remove' | 'not-modified' | 'elsewhere' | 'by-another' }
  | { readonly do: 'update'; readonly changes: Fields; readonly match: 'none' | 'fresh' | 'any' }
  | { readonly do: 'stale'; readonly changes: Fields; readonly tag: string }
  | { readonly do: 'spoil'; readonly changes: Fields; readonly damage: Damage }

const plain = fc.constantFrom<Step>(
  ...(['read', 'list', 'remove', 'not-modified', 'elsewhere', 'by-another'] as const).map(
    (what) => ({ do: what }),
  ),
)

function steps({ update }: Kind) {
  const schema = update === undefined ? undefined : operationOf(update).body
  if (schema === undefined) return plain
  const changes = valid(schema) as fc.Arbitrary<Fields>
  return fc.oneof(
    { weight: 5, arbitrary: plain },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('update' as const),
        changes,
        match: fc.constantFrom('none' as const, 'fresh' as const, 'any' as const),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant('stale' as const),
        changes,
        tag: fc.constantFrom('"stale"', 'W/"stale"', '"', '', 'weak'),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constant('spoil' as const), changes, damage: damages(schema) }),
    },
  )
}

/** A record from its creation to its end: what was written is read back, and nothing else. */
const chainOf = (kind: Kind) => {
  const { create, get, list, update, remove } = kind
  const schema = operationOf(create).body ?? {}
  return defineScenario(
    {
      name: `life of a ${kind.name}`,
      weight: 50,
      operations: [create, get, list, update ?? get, remove],
    },
    fc.record({
      body: valid(schema) as fc.Arbitrary<Fields>,
      steps: fc.array(steps(kind), { maxLength: 5 }),
    }),
    async (scene, { body, steps: all }) => {
      const life = await createLife(scene, kind, body)
      for (const step of all) await life.take(step)
      await life.end()
    },
  )
}

export const chains = KINDS.map(chainOf)
