/**
 * What the worker and PostgreSQL spend on a change, and how soon its figures are current, in this checkout and in another one, in
 * turns: `npx tsx test/bench/figures/compare.ts OTHER_CHECKOUT [ROUNDS] [SECONDS] [RATE,…]`. Needs redis-server.
 */
import { resolve } from 'node:path'
import type { Measured } from './measure.ts'
import { run } from './run.ts'

const [other, rounds = '3', seconds = '8', rates = '100,500,2000'] = process.argv.slice(2)
if (other === undefined) {
  throw new Error(
    'usage: npx tsx test/bench/figures/compare.ts OTHER_CHECKOUT [ROUNDS] [SECONDS] [RATE,…]',
  )
}
const checkouts = [resolve(import.meta.dirname, '../../..'), resolve(other)]
const asked = rates.split(',').map(Number)

const median = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0

for (const withRedis of [false, true]) {
  const all = checkouts.map((): Measured[] => [])
  for (let round = 0; round < Number(rounds); round += 1) {
    // Who goes first changes with each round.
    for (const index of round % 2 === 0 ? [0, 1] : [1, 0]) {
      const checkout = checkouts[index] as string
      all[index]?.push(...(await run(checkout, withRedis, asked, Number(seconds))))
    }
  }
  for (const rate of asked) {
    for (const [index, name] of ['here', 'there'].entries()) {
      const own = all[index]?.filter((measured) => measured.rate === rate) ?? []
      const of = (key: keyof Measured) => median(own.map((measured) => measured[key]))
      process.stdout.write(
        `queue in ${withRedis ? 'Redis' : 'PostgreSQL'}, ${rate}/s, ${name}: ` +
          `CPU a change: worker ${of('worker').toFixed(3)} ms, PostgreSQL ${of('postgres').toFixed(3)} ms; ` +
          `current after ${of('p50').toFixed(0)} ms (p50), ${of('p99').toFixed(0)} ms (p99); ` +
          `nothing waited ${of('rest').toFixed(1)} s after the last\n`,
      )
    }
  }
}
