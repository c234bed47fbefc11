/** Leads to the page before and the next one. */
export function Pager({
  page,
  hasMore,
  onPage,
}: {
  readonly page: number
  readonly hasMore: boolean
  readonly onPage: (page: number) => void
}) {
  if (page === 1 && !hasMore) return null
  return (
    <nav class="pager" aria-label="Pages of this list">
      <button type="button" disabled={page === 1} onClick={() => onPage(page - 1)}>
        Previous page
      </button>
      <span>Page {page}</span>
      <button type="button" disabled={!hasMore} onClick={() => onPage(page + 1)}>
        Next page
      </button>
    </nav>
  )
}
