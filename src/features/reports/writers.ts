import { csvLine } from '../../csv/write.ts'
import type { ReportFormat, UserGroupKind } from '../../generated/schemas.ts'
import { KINDS } from './queries.ts'
import type { GroupRow } from './read-groups.ts'

/** The format and content of a file. */
export interface FileLayout {
  readonly format: ReportFormat
  readonly includeMembers: boolean
  /** The groupings, which the file holds one after the other. */
  readonly groupings: readonly (readonly UserGroupKind[])[]
  readonly createdAt: Date
}

/** Returns the text of a file in parts. Call its methods in this order. */
export interface FileWriter {
  begin(): string
  beginGrouping(kinds: readonly UserGroupKind[]): string
  row(row: GroupRow): string
  endGrouping(): string
  end(): string
}

export const createWriter = (layout: FileLayout): FileWriter =>
  layout.format === 'csv' ? csvWriter(layout) : jsonWriter(layout)

/** Escapes formulas: names of banks and companies come from outside, and reports are opened in spreadsheets. */
const lineOf = (cells: readonly string[]): string => csvLine(cells, { safe: true })

/** All kinds of all groupings, in the order of {@link KINDS}. */
const kindsOf = ({ groupings }: FileLayout) =>
  KINDS.filter((kind) => groupings.some((kinds) => kinds.includes(kind)))

/**
 * One line per group, or per member if members are included. With several groupings, the first cell
 * names the grouping.
 */
function csvWriter(layout: FileLayout): FileWriter {
  const { groupings, includeMembers } = layout
  const kinds = kindsOf(layout)
  const several = groupings.length > 1
  let grouping = ''
  return {
    begin: () =>
      lineOf([
        ...(several ? ['grouped_by'] : []),
        ...kinds,
        'user_count',
        ...(includeMembers ? ['user_id'] : []),
      ]),
    beginGrouping(by) {
      grouping = by.join(' ')
      return ''
    },
    row(row) {
      const values = kinds.map((kind) => row[kind] ?? '')
      const line = lineOf([...(several ? [grouping] : []), ...values, String(row.user_count)])
      if (row.members === undefined) return line
      const start = line.slice(0, -2)
      return row.members
        .split(',')
        .map((id) => `${start},${id}\r\n`)
        .join('')
    },
    endGrouping: () => '',
    end: () => '',
  }
}

/**
 * `{"report": …, "groups": […]}`. With several groupings, each has a list under the name of its
 * kinds.
 */
function jsonWriter(layout: FileLayout): FileWriter {
  const { groupings, includeMembers, createdAt } = layout
  let position = 0
  const closeGroup = () => (includeMembers && position > 0 ? ']}' : '')
  return {
    begin: () =>
      `{"report":${JSON.stringify({
        type: 'user_groups',
        group_by: kindsOf(layout),
        include_members: includeMembers,
        created_at: createdAt.toISOString(),
      })}`,
    beginGrouping(by) {
      position = 0
      return `,\n${JSON.stringify(groupings.length > 1 ? by.join('_') : 'groups')}:[`
    },
    row(row) {
      const { members = '' } = row
      if (row.position === position) return `,${members}`
      const text = `${closeGroup()}${position > 0 ? ',' : ''}\n${group(row)}`
      position = row.position
      return includeMembers ? `${text.slice(0, -1)},"members":[${members}` : text
    },
    endGrouping: () => `${closeGroup()}\n]`,
    end: () => '}\n',
  }
}

const group = ({ bank, company, pincode, user_count }: GroupRow): string =>
  JSON.stringify({ bank, company, pincode, user_count })
