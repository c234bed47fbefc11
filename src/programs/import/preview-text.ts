import type { Column, ImportPreview } from '../../generated/schemas.ts'
import { formatCount } from '../../lib/terminal.ts'
import { listedText } from './listed-text.ts'
import { shown } from './shown.ts'

/** Longer cells are cut, so that a row stays a line. */
const MAX_CELL = 24

/** A cell of the table. */
const cellText = (cell: string | null | undefined): string => shown(cell ?? '', MAX_CELL)

/** Lines of a table whose columns stand below each other. */
function tableOf(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  )
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

const note = ({ ignored, ambiguous }: Column): string =>
  ignored ? 'left out' : ambiguous ? 'could be read in two ways' : ''

const columnLine = (column: Column): string[] => [
  cellText(column.name),
  column.type,
  cellText(column.source_name),
  note(column),
]

/** The dialect in one line. */
function dialectLine({ dialect, bytes_read, complete }: ImportPreview): string {
  const { encoding, delimiter, header } = dialect
  const read = `${formatCount(bytes_read)} bytes${complete ? '' : ', not the whole file'}`
  const names = header ? 'a header' : 'no header'
  return `${encoding}, delimiter ${JSON.stringify(delimiter)}, ${names} (${read})`
}

/** A preview as `npm run import -- FILE --preview` prints it. */
export function previewText(preview: ImportPreview): string {
  const { columns, rows, rejects, rows_read, rows_rejected } = preview
  const names = rows[0] === undefined ? [] : Object.keys(rows[0])
  const table = [
    names.map(cellText),
    ...rows.map((row) => names.map((name) => cellText(row[name]))),
  ]
  return [
    dialectLine(preview),
    '',
    ...tableOf([['column', 'type', 'in the file', ''], ...columns.map(columnLine)]),
    '',
    ...tableOf(table),
    '',
    `${formatCount(rows_read)} rows, ${formatCount(rows_rejected)} of them refused`,
    ...rejects.map(({ line, column, reason }) =>
      [`  line ${line}`, column && `, ${cellText(column)}`, `: ${reason}`].join(''),
    ),
    ...listedText(preview.dialect),
    '',
  ].join('\n')
}
