import type { Static } from 'typebox'
import type { listReports } from '../../generated/operations.ts'
import { readPaging } from '../../platform/paging.ts'
import type { Prisma } from '../../platform/prisma.ts'

export type ReportRecord = Prisma.ReportGetPayload<object>
export type ReportQuery = Static<typeof listReports.schema.querystring>

/** Reads page, cursor and their limits; a position is the id of a report. */
export const reportPaging = (query: ReportQuery) =>
  readPaging(query, ([id]) => (Number.isSafeInteger(id) ? BigInt(id as number) : undefined))

export const reportPosition = ({ id }: ReportRecord) => [Number(id)]
