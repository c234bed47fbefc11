/** An operation that answers with one page of a list. */
type List = (
  // biome-ignore lint/suspicious/noExplicitAny: the options of no operation fit those of all
  options: any,
) => Promise<{ readonly data: unknown; readonly response: Response }>

type ItemOf<L extends List> =
  NonNullable<Awaited<ReturnType<L>>['data']> extends readonly (infer Item)[] ? Item : never

interface PagedOptions {
  readonly query?: { readonly per_page?: number; readonly page?: number }
}

/** As many as a page can have. */
const PER_PAGE = 100

/**
 * All items of a list, page after page, each page read when its turn comes: `for await (const user of
 * items(listUsers, { client, query: { company: 'Acme' } }))`.
 *
 * It reads by cursor, which neither skips nor repeats items while others are inserted. With a `page` in the
 * query it reads by page, from that one on.
 *
 * @throws Problem when the service refuses a page
 */
export async function* items<L extends List>(
  list: Parameters<L>[0] extends PagedOptions ? L : never,
  options: Parameters<L>[0] & PagedOptions,
): AsyncGenerator<ItemOf<L>, void> {
  let query: Record<string, unknown> = { per_page: PER_PAGE, ...options.query }
  for (;;) {
    const { data, response } = await list({ ...options, query })
    yield* data as ItemOf<L>[]
    const next = nextOf(response.headers, query)
    if (!next) return
    query = { ...query, ...next }
  }
}

/** The parameters of the next page; undefined on the last one. */
function nextOf(headers: Headers, query: Readonly<Record<string, unknown>>) {
  const link = /<([^>]*)>; rel="next"/.exec(headers.get('link') ?? '')?.[1]
  if (link === undefined) return undefined
  const given = new URL(link, 'http://localhost').searchParams
  const page = query['page'] === undefined ? undefined : given.get('page')
  if (typeof page === 'string') return { page: Number(page) }
  // Only the list of events continues after an id.
  const after = given.get('after')
  if (after !== null) return { after: Number(after) }
  const cursor = headers.get('x-next-cursor')
  return cursor === null ? undefined : { cursor }
}
