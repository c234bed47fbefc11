import type { FastifyReply, FastifyRequest } from 'fastify'
import { type FieldError, invalid, queryError } from '../errors.ts'

/** One page of a list, and how to go on. */
export interface Page<T> {
  readonly items: readonly T[]
  /** All there are; only counted in page mode, and not when they are too many. */
  readonly total?: number
  /** Where the next page begins; absent at the end. */
  readonly nextCursor?: string
}

/** The paging parameters of a list. */
export interface PagingQuery {
  readonly page?: number
  readonly per_page: number
  readonly cursor?: string
}

/** Which part of a list is asked for: by number, or after a position. */
export interface Paging<Position> {
  readonly limit: number
  readonly offset?: number
  readonly after?: Position
}

/** An opaque cursor. Its content may change between versions; a client passes it back as it got it. */
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
  'cannot be combined with cursor: send one of both',
)

/** 422: not a cursor of this list. */
export const badCursor = () => invalid([notACursor])

/**
 * Reads the paging parameters. `cursor` (also an empty one, which stands for the beginning) means
 * cursor mode, otherwise it is page mode.
 *
 * @param read makes a position of a cursor's content, or undefined when it is none
 * @throws AppError 422 for a cursor that is not one, or together with `page`
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
 * Cuts off the one row more that was read to see whether the list goes on.
 *
 * @param total all there are, where they were counted
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

/** Which rows of a list in the order of ids are read, as Prisma takes it. */
export interface IdRange {
  readonly where: { readonly id?: { readonly gt: bigint } | { readonly lt: bigint } }
  readonly orderBy: { readonly id: 'asc' | 'desc' }
  readonly take: number
  readonly skip: number
}

/**
 * Reads one page of a list in the order of ids.
 *
 * @param direction `asc`: in the order they were added; `desc`: newest first
 * @throws AppError 422 for a cursor that is not one, or together with `page`
 */
export async function pageById<T extends { readonly id: bigint }>(
  query: PagingQuery,
  direction: 'asc' | 'desc',
  read: (range: IdRange) => Promise<readonly T[]>,
  count: () => Promise<number>,
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

/**
 * Sends a page: `Link` (RFC 8288), `X-Next-Cursor`, in page mode `X-Total-Count` where the total is known; the
 * body is a bare array.
 */
export function sendPage<T>(
  request: FastifyRequest,
  reply: FastifyReply,
  query: PagingQuery,
  { items, total, nextCursor }: Page<T>,
): T[] {
  const url = new URL(request.originalUrl, 'http://localhost')
  const link = (rel: string, changes: Readonly<Record<string, string | undefined>>) => {
    const target = new URL(url)
    for (const [name, value] of Object.entries(changes)) {
      if (value === undefined) target.searchParams.delete(name)
      else target.searchParams.set(name, value)
    }
    return `<${target.pathname}${target.search}>; rel="${rel}"`
  }
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
    if (total !== undefined) reply.header('x-total-count', String(total))
  }
  reply.header('link', links.join(', '))
  if (nextCursor !== undefined) reply.header('x-next-cursor', nextCursor)
  return [...items]
}
