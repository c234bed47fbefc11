import { csvLine } from '../../csv/write.ts'
import type { ReportFormat, UserGroupKind } from '../../generated/schemas.ts'
import { KINDS } from './queries.ts'
import type { GroupRow } from './read-groups.ts'

/** What a file says of itself, and how it is laid out. */
export interface FileLayout {
  readonly format: ReportFormat
  readonly includeMembers: boolean
  /** What to group by; several groupings stand one after the other. */
  readonly groupings: readonly (readonly UserGroupKind[])[]
  readonly createdAt: Date
}

/** The text of a file, piece by piece and in this order. */
export interface FileWriter {
  begin(): string
  beginGrouping(kinds: readonly UserGroupKind[]): string
  row(row: GroupRow): string
  endGrouping(): string
  end(): string
}

export const createWriter = (layout: FileLayout): FileWriter =>
  layout.format === 'csv' ? csvWriter(layout) : jsonWriter(layout)

/** Names of banks and companies come from outside, and reports are opened in spreadsheets. */
const lineOf = (cells: readonly string[]): string => csvLine(cells, { safe: true })

/** Every kind that is grouped by, in the order they are shown. */
const kindsOf = ({ groupings }: FileLayout) =>
  KINDS.filter((kind) => groupings.some((kinds) => kinds.includes(kind)))

/** One line a group, or with members one a member. With several groupings the first cell names it. */
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

/** `{"report": …, "groups": […]}`; with several groupings a list for each, under what it groups by. */
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
