import { expect, it } from 'vitest'
import type { LoadContext } from '../../../src/features/imports/kinds/loader.ts'
import { loadRecords } from '../../../src/features/imports/kinds/records/load-records.ts'
import type { RecordFile } from '../../../src/features/imports/kinds/records/record-file.ts'

const LOTS = 4

/** A file of as many lots, each with its number as its only record. */
function fileOf(count: number): RecordFile<number> {
  const file = { dialect: {}, rowsRead: count } as unknown as RecordFile<number>['file']
  return {
    file,
    has: () => true,
    async *lots() {
      for (let lot = 1; lot <= count; lot += 1) {
        yield { items: [lot], refuse: () => undefined, end: async () => undefined }
      }
    },
    endRejects: async () => undefined,
    shown: () => [],
  }
}

const context = {
  report: () => undefined,
  count: () => undefined,
  signal: new AbortController().signal,
} as unknown as LoadContext

it('is not over before all lots are that were begun, whichever failed', async () => {
  const ends = new Map<number, () => void>()
  const begun: number[] = []
  const load = {
    loaded: 0,
    skipped: 0,
    async add([lot]: readonly number[]) {
      begun.push(lot as number)
      // The first two fail, as what comes after a failed statement does. The others take longer.
      if (begun.length <= 2) throw new Error(`lot ${lot} failed`)
      await new Promise<void>((resolve) => ends.set(lot as number, resolve))
      return [undefined]
    },
    end: async () => undefined,
  }
  let isOver = false
  const loading = loadRecords(context, fileOf(LOTS), load, { lot: 1, maxAhead: LOTS })
  const over = loading.catch((error: Error) => {
    isOver = true
    return error.message
  })
  await expect.poll(() => ends.size).toBe(2)
  ends.get(3)?.()
  await new Promise((resolve) => setImmediate(resolve))
  expect(isOver).toBe(false)
  ends.get(4)?.()
  expect(await over).toBe('lot 1 failed')
  expect(begun).toEqual([1, 2, 3, 4])
})
