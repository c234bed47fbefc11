/** Whether a `Cache-Control` request header asks for what is computed anew. */
export const asksNoCache = (header: string | undefined): boolean =>
  header !== undefined && /(^|[\s,])no-cache($|[\s,=])/i.test(header)
