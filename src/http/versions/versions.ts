/** The version that a path without one means. Another one breaks its callers, so it takes a new major version. */
export const CURRENT_VERSION = 'v1'

/** Paths with a version, and those of operations that have none. */
const COMPLETE = /^\/($|\?|(v[1-9]\d*|health|metrics|docs|console|openapi\.(json|yaml))(?=[/?]|$))/

/** The path and query of a request with the version that it means. */
export const withVersion = (url = '/'): string =>
  COMPLETE.test(url) ? url : `/${CURRENT_VERSION}${url}`
