import { Page } from '../ui/page.tsx'

/** For an address without a page, or one that the caller may not see. */
export function NoPage() {
  return (
    <Page title="No such page">
      <p>
        There is nothing at this address. <a href="#/">Go to the overview</a>
      </p>
    </Page>
  )
}
