import { ConnectionError, Problem } from '#sdk'

/** Where in a form or a request something is wrong: `/email` as email. */
const placeOf = (path: string): string => path.replace(/^\//, '').replaceAll('/', ' › ')

/** Says what went wrong, and what to do. */
export function ProblemNote({ error }: { readonly error: unknown }) {
  if (error === undefined) return null
  if (error instanceof ConnectionError) {
    return (
      <p class="note bad" role="alert">
        The service cannot be reached. Check the connection, then try again.
      </p>
    )
  }
  if (!(error instanceof Problem)) {
    return (
      <p class="note bad" role="alert">
        Something went wrong in this page. Load it again.
      </p>
    )
  }
  return (
    <div class="note bad" role="alert">
      <p>{error.message}.</p>
      {error.errors.length > 0 && (
        <ul>
          {error.errors.map(({ path, message }) => (
            <li key={path + message}>
              <b>{placeOf(path)}</b> {message}
            </li>
          ))}
        </ul>
      )}
      {error.status >= 500 && error.requestId && (
        <p>
          Report this request: <code>{error.requestId}</code>
        </p>
      )}
    </div>
  )
}
