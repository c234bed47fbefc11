/** What a parent tells one of its children about its life. */
export type Order<Orders> = { readonly begin: Orders } | { readonly stop: true }

/** What a child reports of its life. */
export type Report<Ready> =
  | { readonly ready: Ready }
  /** Why it cannot start, in a sentence for people. */
  | { readonly failed: string }
