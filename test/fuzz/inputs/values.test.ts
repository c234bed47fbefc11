import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { allOperations } from '../operations.ts'
import { damage, damages } from './hostile.ts'
import { type Facts, settle } from './late.ts'
import { misfit, type Schema } from './schema.ts'
import { valid } from './values.ts'

let uniques = 0
const facts: Facts = {
  unique: () => {
    uniques += 1
    return `unique${uniques}`
  },
  ownerId: 7,
}

const parts = allOperations.flatMap(({ operationId, query, body }): [string, Schema][] => [
  [`query of ${operationId}`, query],
  ...(body === undefined ? [] : [[`body of ${operationId}`, body] satisfies [string, Schema]]),
])
const bodies = parts.filter(([name]) => name.startsWith('body'))

describe('values of a schema', () => {
  it.each(parts)('fit it: %s', (_, schema) => {
    const property = fc.property(valid(schema), (value) => {
      expect(misfit(schema, settle(value, facts))).toBeUndefined()
    })
    fc.assert(property, { numRuns: 60 })
  })

  it.each(bodies)('mostly do not fit once damaged: %s', (_, schema) => {
    const damaged = fc
      .tuple(valid(schema), damages(schema))
      .map(([value, how]) => damage(schema, settle(value, facts), how))
    const sample = fc.sample(damaged, { numRuns: 200, seed: 1 })
    const wrong = sample.filter((value) => misfit(schema, value) !== undefined)
    expect(wrong.length).toBeGreaterThan(80)
  })

  it('are found not to fit by what is wrong with them', () => {
    const schema: Schema = {
      type: 'object',
      properties: { name: { type: 'string', maxLength: 3 } },
      additionalProperties: false,
    }
    expect(misfit(schema, { name: 'abc' })).toBeUndefined()
    expect(misfit(schema, { name: 'abcd' })).toBe('/name maxLength')
    // Three letters for whoever reads them, six characters by JSON Schema.
    expect(misfit(schema, { name: 'e\u0301'.repeat(3) })).toBe('/name maxLength')
    expect(misfit(schema, { other: 1 })).toBe('additionalProperties')
  })
})
