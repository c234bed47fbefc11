import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { linksFor } from './pages.tsx'
import { linkTo } from './route.ts'
import type { Session } from './session.ts'

/** What stands around each page: the way to the others, and who is signed in. */
export function Shell({
  session,
  path,
  children,
}: {
  readonly session: Session
  readonly path: readonly string[]
  readonly children: ComponentChildren
}) {
  const [isOpen, setOpen] = useState(false)
  const [current = ''] = path
  useEffect(() => setOpen(false), [current])

  const skip = () => document.querySelector<HTMLElement>('#page h1')?.focus()

  return (
    <div class="shell">
      <button type="button" class="skip" onClick={skip}>
        Skip to the page
      </button>
      <header class="bar">
        <a class="brand" href="#/">
          Passbook
        </a>
        <button
          type="button"
          class="menu"
          aria-expanded={isOpen}
          aria-controls="pages"
          onClick={() => setOpen(!isOpen)}
        >
          Menu
        </button>
        <nav id="pages" aria-label="Pages" class={isOpen ? 'open' : undefined}>
          <ul>
            {linksFor(session).map(({ name, title }) => (
              <li key={name}>
                <a
                  href={name === '' ? '#/' : linkTo(name)}
                  aria-current={name === current ? 'page' : undefined}
                >
                  {title}
                </a>
              </li>
            ))}
          </ul>
          <div class="who">
            <span>{session.me.username ?? session.me.name}</span>
            <button type="button" class="plain" onClick={() => void session.signOut()}>
              Sign out
            </button>
          </div>
        </nav>
      </header>
      <main id="page" data-path={path.join('/')}>
        {children}
      </main>
    </div>
  )
}
