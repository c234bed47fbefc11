import type { Analytics } from '../../../generated/schemas.ts'
import { formatCount } from '../../../lib/terminal.ts'
import { groupThousands } from '../money.ts'

const HEADINGS = [
  'User',
  'Currency',
  'Count',
  'Average',
  'Busiest day',
  'Credit',
  'Debit',
  'Net',
] as const

const amount = (text: string | null): string => (text === null ? '-' : groupThousands(text))

const cells = (row: Analytics): readonly string[] => [
  String(row.user_id),
  row.currency,
  formatCount(row.transaction_count),
  amount(row.average_transaction_value),
  row.busiest_day ? `${row.busiest_day.date} (${row.busiest_day.transaction_count})` : '-',
  amount(row.total_credit),
  amount(row.total_debit),
  amount(row.net_total),
]

/** A table of text: columns as wide as they need, to the right, two blanks apart. */
export function formatTable(headings: readonly string[], rows: readonly (readonly string[])[]) {
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => row[column]?.length ?? 0)),
  )
  const rule = widths.map((width) => '-'.repeat(width))
  return [headings, rule, ...rows]
    .map((row) => row.map((cell, column) => cell.padStart(widths[column] ?? 0)).join('  '))
    .join('\n')
}

/** The analytics with the most transactions, the busiest first. */
export function formatBusiest(all: readonly Analytics[], most: number): string {
  const busiest = all
    .filter((row) => row.transaction_count > 0)
    .sort((a, b) => b.transaction_count - a.transaction_count || a.user_id - b.user_id)
    .slice(0, most)
  return formatTable(HEADINGS, busiest.map(cells))
}
