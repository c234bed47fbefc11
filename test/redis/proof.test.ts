import { expect, it } from 'vitest'
import { openStorage } from '../chaos/servers/storage.ts'
import { withStorage } from '../chaos/tool.ts'
import { runProof } from '../proof/proof.ts'
import { describeProof } from '../proof/result.ts'

const SEED = Number(process.env['CRASH_SEED'] ?? Math.floor(Math.random() * 2 ** 32))

const OPTIONS = {
  seed: SEED,
  // One of each kind.
  moments: 3,
  transactions: 200,
  processes: 1,
  report: undefined,
  logs: undefined,
}

it('loses no event, repeats none and delivers all in order, however often processes are killed', async () => {
  const result = await withStorage(
    () => openStorage(false),
    (storage, opened) => runProof(OPTIONS, storage, console.log, opened),
  )
  console.log(describeProof(result))
  expect(result.findings, `CRASH_SEED=${SEED}`).toEqual([])
  const { figures } = result
  expect(figures['processes killed']).toBeGreaterThan(OPTIONS.moments)
  expect(figures['of them refused']).toBeGreaterThan(OPTIONS.transactions / 5)
}, 300_000)
