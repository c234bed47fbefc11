import type { FastifyReply, FastifyRequest } from 'fastify'
import { type FieldError, invalid, queryError } from '../errors.ts'

/** One page of a list, and where the next one begins. */
export interface Page<T> {
  readonly items: readonly T[]
  /** The total number of items; counted in page mode only, and left out if there are too many. */
  readonly total?: number
  /** The cursor of the next page; absent on the last one. */
  readonly nextCursor?: string
}

/** The paging parameters of a list. */
export interface PagingQuery {
  readonly page?: number
  readonly per_page: number
  readonly cursor?: string
}

/** The requested part of a list: by offset, or after a position. */
export interface Paging<Position> {
  readonly limit: number
  readonly offset?: number
  readonly after?: Position
}

/**
 * Encodes an opaque cursor. Its content may change between versions; clients return it unchanged.
 */
export const encodeCursor = (position: readonly unknown[]): string =>
  Buffer.from(JSON.stringify(position)).toString('base64url')

const notACursor = queryError(
  'cursor',
  'cursor',
  'is not a cursor of this list: send the X-Next-Cursor of its last page',
)
const pageWithCursor = queryError(
  'page',
  'paging',
  'cannot be combined with cursor: send only one of them',
)

/** The 422 for a cursor that does not belong to the list. */
export const badCursor = () => invalid([notACursor])

/**
 * Reads the paging parameters. A `cursor` selects cursor mode, where an empty one means the start
 * of the list. Without `cursor` it is page mode.
 *
 * @param read turns a cursor's content into a position; undefined if the content is not valid
 * @throws AppError 422 for an invalid cursor, or `cursor` together with `page`
 */
export function readPaging<Position>(
  query: PagingQuery,
  read: (content: readonly unknown[]) => Position | undefined,
): Paging<Position> {
  const limit = query.per_page
  if (query.cursor === undefined) return { limit, offset: ((query.page ?? 1) - 1) * limit }
  const after = query.cursor === '' ? undefined : read(decode(query.cursor))
  const errors: FieldError[] = []
  if (query.page !== undefined) errors.push(pageWithCursor)
  if (query.cursor !== '' && after === undefined) errors.push(notACursor)
  if (errors.length > 0) throw invalid(errors)
  return { limit, ...(after !== undefined && { after }) }
}

function decode(cursor: string): readonly unknown[] {
  try {
    const content: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    return Array.isArray(content) ? content : []
  } catch {
    return []
  }
}

/**
 * Drops the extra row that was read to see whether the list goes on.
 *
 * @param total the number of all items, if it was counted
 */
export function toPage<T>(
  rows: readonly T[],
  limit: number,
  positionOf: (row: T) => readonly unknown[],
  total?: number,
): Page<T> {
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return {
    items,
    ...(total !== undefined && { total }),
    ...(rows.length > limit &&
      last !== undefined && { nextCursor: encodeCursor(positionOf(last)) }),
  }
}

/** A range of rows ordered by id, in Prisma's terms. */
export interface IdRange {
  readonly where: { readonly id?: { readonly gt: bigint } | { readonly lt: bigint } }
  readonly orderBy: { readonly id: 'asc' | 'desc' }
  readonly take: number
  readonly skip: number
}

/**
 * Reads one page of a list ordered by id.
 *
 * @param direction `asc`: oldest first; `desc`: newest first
 * @param count the number of all items; undefined if there are too many to count
 * @throws AppError 422 for an invalid cursor, or `cursor` together with `page`
 */
export async function pageById<T extends { readonly id: bigint }>(
  query: PagingQuery,
  direction: 'asc' | 'desc',
  read: (range: IdRange) => Promise<readonly T[]>,
  count: () => Promise<number | undefined>,
): Promise<Page<T>> {
  const { limit, offset, after } = readPaging(query, ([id]) =>
    Number.isSafeInteger(id) ? BigInt(id as number) : undefined,
  )
  const beyond = (id: bigint) => (direction === 'asc' ? { gt: id } : { lt: id })
  const range: IdRange = {
    where: after === undefined ? {} : { id: beyond(after) },
    orderBy: { id: direction },
    take: limit + 1,
    skip: offset ?? 0,
  }
  const [rows, total] = await Promise.all([read(range), offset === undefined ? undefined : count()])
  return toPage(rows, limit, ({ id }) => [Number(id)], total)
}

/** Makes links (RFC 8288) to other pages of the requested list, which differ in these parameters. */
export function linksOf(request: Pick<FastifyRequest, 'originalUrl'>) {
  const { pathname, searchParams } = new URL(request.originalUrl, 'http://localhost')
  return (rel: string, changes: Readonly<Record<string, string | undefined>>): string => {
    const target = new URLSearchParams(searchParams)
    for (const [name, value] of Object.entries(changes)) {
      if (value === undefined) target.delete(name)
      else target.set(name, value)
    }
    return `<${pathname}${target.size > 0 ? '?' : ''}${target}>; rel="${rel}"`
  }
}

/**
 * The headers of a page: `Link` (RFC 8288) and `X-Next-Cursor`. Page mode adds `X-Total-Count` if
 * the total is known.
 */
export function pageHeaders(
  request: Pick<FastifyRequest, 'originalUrl'>,
  query: PagingQuery,
  { total, nextCursor }: Omit<Page<unknown>, 'items'>,
): Record<string, string> {
  const link = linksOf(request)
  const links: string[] = []
  if (query.cursor !== undefined) {
    links.push(link('first', { cursor: '' }))
    if (nextCursor !== undefined) links.push(link('next', { cursor: nextCursor }))
  } else {
    const page = query.page ?? 1
    const last = total === undefined ? undefined : Math.max(1, Math.ceil(total / query.per_page))
    const hasNext = last === undefined ? nextCursor !== undefined : page < last
    links.push(link('first', { page: '1' }))
    if (page > 1) links.push(link('prev', { page: String(Math.min(page - 1, last ?? page)) }))
    if (hasNext) links.push(link('next', { page: String(page + 1) }))
    if (last !== undefined) links.push(link('last', { page: String(last) }))
  }
  return {
    link: links.join(', '),
    ...(nextCursor !== undefined && { 'x-next-cursor': nextCursor }),
    ...(query.cursor === undefined && total !== undefined && { 'x-total-count': String(total) }),
  }
}

/** Sends a page as a bare array, with its headers. */
export function sendPage<T>(
  request: FastifyRequest,
  reply: FastifyReply,
  query: PagingQuery,
  page: Page<T>,
): T[] {
  reply.headers(pageHeaders(request, query, page))
  return [...page.items]
}
