import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

/** A page with its title, which gets the focus when it opens, so that a screen reader begins there. */
export function Page({
  title,
  aside,
  children,
}: {
  readonly title: string
  readonly aside?: ComponentChildren
  readonly children: ComponentChildren
}) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    document.title = `${title} · Passbook`
    heading.current?.focus({ preventScroll: true })
  }, [title])
  return (
    <>
      <header class="title">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {aside}
      </header>
      {children}
    </>
  )
}

/** A part of a page with a heading. */
export function Part({
  title,
  children,
  isWide = false,
}: {
  readonly title: string
  readonly children: ComponentChildren
  readonly isWide?: boolean
}) {
  return (
    <section class={isWide ? 'part wide' : 'part'}>
      <h2>{title}</h2>
      {children}
    </section>
  )
}
