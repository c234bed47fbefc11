import { describe, expect, it } from 'vitest'
import { AppError } from '../../src/errors.ts'
import { encodeCursor, readPaging, sendPage, toPage } from '../../src/http/paging.ts'

const read = ([id]: readonly unknown[]) => (typeof id === 'number' ? id : undefined)

describe('readPaging', () => {
  it.each([
    [{ per_page: 20 }, { limit: 20, offset: 0 }],
    [
      { per_page: 20, page: 3 },
      { limit: 20, offset: 40 },
    ],
    [{ per_page: 20, cursor: '' }, { limit: 20 }],
    [
      { per_page: 20, cursor: encodeCursor([7]) },
      { limit: 20, after: 7 },
    ],
  ])('reads %j as %j', (query, paging) => {
    expect(readPaging(query, read)).toEqual(paging)
  })

  it.each(['AAAA', 'W10', encodeCursor(['7']), Buffer.from('7').toString('base64url')])(
    'refuses the cursor %s',
    (cursor) => {
      expect(() => readPaging({ per_page: 20, cursor }, read)).toThrow(AppError)
    },
  )

  it.each(['', encodeCursor([7])])('refuses a page together with the cursor %j', (cursor) => {
    expect(() => readPaging({ per_page: 20, page: 1, cursor }, read)).toThrow(
      expect.objectContaining({
        options: {
          errors: [expect.objectContaining({ in: 'query', path: 'page', code: 'paging' })],
        },
      }),
    )
  })
})

describe('toPage', () => {
  const page = (rows: readonly number[]) => toPage(rows, 2, (row) => [row])

  it('has a next cursor at its last item if an extra row was found', () => {
    expect(page([1, 2, 3])).toEqual({ items: [1, 2], nextCursor: encodeCursor([2]) })
  })

  it.each([[[]], [[1]], [[1, 2]]])('ends with %j', (rows) => {
    expect(page(rows)).toEqual({ items: rows })
  })
})

describe('sendPage', () => {
  /** The headers of a sent page. */
  function headersOf(originalUrl: string, ...[query, page]: [object, object]) {
    const headers: Record<string, string> = {}
    const reply = {
      headers: (sent: object) => Object.assign(headers, sent),
    }
    const sent = sendPage(
      { originalUrl } as never,
      reply as never,
      { per_page: 2, ...query },
      { items: [1], ...page },
    )
    expect(sent).toEqual([1])
    return headers
  }

  it.each([
    [1, 0, ['first=1', 'last=1']],
    [1, 2, ['first=1', 'last=1']],
    [1, 3, ['first=1', 'next=2', 'last=2']],
    [2, 5, ['first=1', 'prev=1', 'next=3', 'last=3']],
    [3, 5, ['first=1', 'prev=2', 'last=3']],
    [9, 5, ['first=1', 'prev=3', 'last=3']],
  ])('links page %i of %i items to %j', (page, total, links) => {
    const headers = headersOf('/v1/things', { page }, { total })
    const found = [...(headers['link'] ?? '').matchAll(/page=(\d+)>; rel="(\w+)"/g)]
    expect(found.map(([, number, rel]) => `${rel}=${number}`)).toEqual(links)
    expect(headers['x-total-count']).toBe(String(total))
  })

  it.each([
    [1, { nextCursor: 'W10' }, ['first=1', 'next=2']],
    [3, { nextCursor: 'W10' }, ['first=1', 'prev=2', 'next=4']],
    [3, {}, ['first=1', 'prev=2']],
  ])('links page %i without a total, given %j, to %j', (page, rest, links) => {
    const headers = headersOf('/v1/things', { page }, rest)
    const found = [...(headers['link'] ?? '').matchAll(/page=(\d+)>; rel="(\w+)"/g)]
    expect(found.map(([, number, rel]) => `${rel}=${number}`)).toEqual(links)
    expect(headers).not.toHaveProperty('x-total-count')
  })

  it('keeps other parameters, escaped so that they cannot inject links', () => {
    const url = '/things?q=a%3E%3B%20rel%3D%22evil%22%2C%3C&x=%C3%A9'
    const { link } = headersOf(url, {}, { total: 1 })
    expect(link?.match(/rel="/g)).toHaveLength(2)
    expect(link).toMatch(/^<\/things\?q=a%3E%3B[+%20]+rel%3D%22evil%22%2C%3C&x=%C3%A9&page=1>/)
  })

  it('sends the cursor but no total in cursor mode', () => {
    const headers = headersOf('/things?cursor=', { cursor: '' }, { nextCursor: 'W10' })
    expect(headers).toEqual({
      link: '</things?cursor=>; rel="first", </things?cursor=W10>; rel="next"',
      'x-next-cursor': 'W10',
    })
  })
})
