import { useEffect, useState } from 'preact/hooks'

/** Where the page is: the part of the address after `#`. */
export interface Route {
  /** The parts of the path: `#/customers/7` has `customers` and `7`. */
  readonly path: readonly string[]
  readonly query: URLSearchParams
}

/** A part of an address as it was before it was encoded; as it stands where somebody typed what is no encoding. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

function readRoute(): Route {
  const [path = '', query] = location.hash.replace(/^#\/?/, '').split('?')
  const parts = path.split('/').filter((part) => part !== '')
  return { path: parts.map(decode), query: new URLSearchParams(query) }
}

/** A link to a page; parts of its path are encoded. */
export const linkTo = (...path: readonly (string | number)[]): string =>
  `#/${path.map((part) => encodeURIComponent(part)).join('/')}`

/** Goes to a page, as a click on its link does. */
export const goTo = (...path: readonly (string | number)[]): void => {
  location.hash = linkTo(...path)
}

/** Keeps what a page shows in its address, without a step in the browser's history. */
export function replaceQuery(values: Readonly<Record<string, string>>): void {
  const [path] = location.hash.split('?')
  const query = new URLSearchParams(Object.entries(values).filter(([, value]) => value !== ''))
  history.replaceState(null, '', query.size > 0 ? `${path || '#/'}?${query}` : path || '#/')
}

export function useRoute(): Route {
  const [route, setRoute] = useState(readRoute)
  useEffect(() => {
    const change = () => setRoute(readRoute())
    addEventListener('hashchange', change)
    return () => removeEventListener('hashchange', change)
  }, [])
  return route
}
