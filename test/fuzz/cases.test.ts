import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Case, casesOf, type RunCase, seedOf, shrinkCase, tryCase } from './cases.ts'
import { Finding } from './finding.ts'
import { plans } from './inputs/requests.ts'
import { allOperations } from './operations.ts'
import { defineScenario } from './scenarios/scenario.ts'
import type { Scene } from './scene.ts'

const seen: number[][] = []
const sums = defineScenario(
  { name: 'sums', weight: 1, operations: [] },
  fc.array(fc.nat({ max: 100 })),
  async (_scene, values) => {
    seen.push(values)
    const sum = values.reduce((total, value) => total + value, 0)
    if (sum > 90) throw new Finding('wrong-answer', 'sum', 'more than ninety')
  },
)
const arbitrary = casesOf([sums])

const run: RunCase = async ({ act }: Case, found) => {
  await act({} as Scene).catch((error: Finding) => found(error, seen.at(-1)?.map(String) ?? []))
}

async function failing(): Promise<number> {
  for (let number = 0; ; number += 1) {
    if (await tryCase(arbitrary, seedOf(1, number), run)) return seedOf(1, number)
  }
}

describe('cases', () => {
  it('are the same for the same seed', async () => {
    const valuesOf = async (seed: number) => {
      seen.length = 0
      for (let number = 0; number < 20; number += 1) {
        await tryCase(arbitrary, seedOf(seed, number), run)
      }
      return [...seen]
    }
    const first = await valuesOf(7)
    expect(await valuesOf(7)).toEqual(first)
    expect(await valuesOf(8)).not.toEqual(first)
  })

  it('are the same requests for the same seed', () => {
    const draw = () =>
      allOperations.map((operation) => fc.sample(plans(operation), { seed: 5, numRuns: 3 }))
    expect(JSON.stringify(draw())).toBe(JSON.stringify(draw()))
  })

  it('are made as small as they still fail in the same way', async () => {
    const seed = await failing()
    const first = await tryCase(arbitrary, seed, run)
    if (first === undefined) throw new Error('it failed a moment ago')
    const { transcript, finding } = await shrinkCase(arbitrary, seed, first, run)
    expect(finding.signature).toBe(first.finding.signature)
    const sum = transcript.reduce((total, text) => total + Number(text), 0)
    expect([transcript.length, sum]).toEqual([1, 91])
  })

  it('have seeds of their own', () => {
    const seeds = Array.from({ length: 1_000 }, (_, number) => seedOf(1, number))
    expect(new Set(seeds).size).toBe(1_000)
  })
})
