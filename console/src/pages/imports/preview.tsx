import type { Column, ImportPreview } from '#sdk'
import { formatCount } from '../../app/format.ts'
import { Facts } from '../../ui/facts.tsx'
import { Table } from '../../ui/table.tsx'
import { delimiterName } from './delimiter-name.ts'
import { type ImportOptions, TYPES } from './options.ts'

/** What the beginning of a file would become. */
export function Preview({
  preview,
  options,
  onOptions,
}: {
  readonly preview: ImportPreview
  readonly options: ImportOptions
  readonly onOptions: (options: ImportOptions) => void
}) {
  const { dialect, columns, rows, rejects, ambiguous } = preview
  const shown = columns.filter(({ ignored }) => !ignored)
  return (
    <>
      <Facts
        of={[
          ['Encoding', dialect.encoding],
          ['Delimiter', delimiterName(dialect.delimiter)],
          ['Header', dialect.header ? 'Yes' : 'None'],
          ['Lines before it', dialect.preamble_lines || undefined],
          [
            'Rows',
            `${formatCount(preview.rows_read)} read${preview.complete ? '' : ' of the first part'}, ${formatCount(preview.rows_rejected)} refused`,
          ],
          ['Ambiguous', ambiguous.length > 0 ? ambiguous.join(', ') : undefined],
        ]}
      />
      {options.kind === 'dataset' && (
        <Types columns={shown} options={options} onOptions={onOptions} />
      )}
      <h3>The first rows</h3>
      <Table
        caption="The first rows"
        columns={shown.map(({ name }) => ({
          title: name,
          cell: (row: Readonly<Record<string, unknown>>) => cellOf(row[name]),
        }))}
        rows={rows}
        keyOf={(row) => rows.indexOf(row)}
        empty="No row could be read."
      />
      {rejects.length > 0 && (
        <>
          <h3>Refused rows</h3>
          <Table
            caption="Refused rows"
            columns={[
              { title: 'Line', cell: ({ line }) => line, isFigure: true },
              { title: 'Column', cell: ({ column }) => column },
              { title: 'Why', cell: ({ reason }) => reason },
            ]}
            rows={rejects}
            keyOf={({ line }) => line}
          />
        </>
      )}
    </>
  )
}

const cellOf = (value: unknown): string =>
  value === null || value === undefined ? '' : String(value)

/** The columns of a dataset, whose types can be changed. */
function Types({
  columns,
  options,
  onOptions,
}: {
  readonly columns: readonly Column[]
  readonly options: ImportOptions
  readonly onOptions: (options: ImportOptions) => void
}) {
  return (
    <>
      <h3>Columns</h3>
      <Table
        caption="Columns"
        columns={[
          { title: 'In the file', cell: ({ source_name, name }) => source_name ?? name },
          { title: 'Name', cell: ({ name }) => name },
          {
            title: 'Type',
            cell: ({ name, source_name, type, ambiguous }: Column) => {
              const key = source_name ?? name
              return (
                <select
                  aria-label={`Type of ${name}`}
                  value={options.types[key] ?? type}
                  onChange={(event) =>
                    onOptions({
                      ...options,
                      types: { ...options.types, [key]: event.currentTarget.value },
                    })
                  }
                >
                  {TYPES.map((choice) => (
                    <option key={choice} value={choice}>
                      {choice}
                      {choice === type && ambiguous ? ' (could be read in two ways)' : ''}
                    </option>
                  ))}
                </select>
              )
            },
          },
          { title: 'Empty cells', cell: ({ nullable }) => (nullable ? 'Yes' : 'None') },
        ]}
        rows={columns}
        keyOf={({ name }) => name}
      />
    </>
  )
}
