import type { CheckRow } from '../../../../csv/file/row-file.ts'
import type { LoadJob } from '../loader.ts'
import { readAgain } from './file-passes.ts'
import type { DatasetTable } from './table.ts'

const REFUSAL = {
  column: '',
  code: 'duplicate_key',
  reason: 'An earlier row has the same primary key.',
}

/**
 * Takes rows out of the table whose key an earlier one has. The file is read once more, so that they stand
 * in the rejects, in the order of the file.
 *
 * @returns how many
 */
export async function refuseDuplicates(
  job: LoadJob,
  table: DatasetTable,
  key: readonly string[],
): Promise<number> {
  const count = await table.deleteDuplicates(key)
  if (count === 0) return 0
  job.say('rows with the key of an earlier one are refused', { rows: count })
  await job.startOver()
  let numbers = await table.duplicates(0)
  let next = 0
  let row = 0
  const check: CheckRow = () => {
    row += 1
    if (row !== numbers[next]) return undefined
    next += 1
    return REFUSAL
  }
  await readAgain(job, check, async () => {
    // More than a batch has rows, always.
    if (next > 0) numbers = await table.duplicates(numbers[next - 1] ?? 0)
    next = 0
  })
  return count
}
