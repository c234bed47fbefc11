import type { CheckRow } from '../../../../csv/file/row-file.ts'
import type { LoadContext } from '../loader.ts'
import { readAgain, type Survey } from './file-passes.ts'
import type { DatasetTable } from './table.ts'

const REFUSAL = {
  column: '',
  code: 'duplicate_key',
  reason: 'An earlier row has the same primary key.',
}

/**
 * Deletes rows from the table whose key an earlier row has. The file is read once more, so that all
 * rejects are in the order of the file.
 *
 * @returns how many rows were deleted
 */
export async function refuseDuplicates(
  context: LoadContext,
  table: DatasetTable,
  survey: Survey,
  key: readonly string[],
): Promise<number> {
  const count = await table.deleteDuplicates(key)
  if (count === 0) return 0
  context.log('refused rows with a duplicate key', { rows: count })
  await context.startOver()
  let numbers = await table.duplicates(0)
  let next = 0
  let row = 0
  const check: CheckRow = () => {
    row += 1
    if (row !== numbers[next]) return undefined
    next += 1
    return REFUSAL
  }
  await readAgain(context, survey, check, async () => {
    // Always more numbers than a batch has rows.
    if (next > 0) numbers = await table.duplicates(numbers[next - 1] ?? 0)
    next = 0
  })
  return count
}
