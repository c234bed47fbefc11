{
  const isObject = (value) => typeof value === 'object' && value !== null

  const at = (document, path) => path.reduce((node, key) => node?.[key], document)

  /** A part of a document with what it refers to in its place; what holds itself stays a reference. */
  function inline(document, node, within = []) {
    if (Array.isArray(node)) return node.map((item) => inline(document, item, within))
    if (!isObject(node)) return node
    const { $ref, ...rest } = node
    if (typeof $ref === 'string') {
      if (within.includes($ref)) return node
      const target = inline(document, at(document, $ref.split('/').slice(1)), [...within, $ref])
      return { ...target, ...rest, $$ref: $ref }
    }
    return Object.fromEntries(
      Object.entries(node).map(([key, value]) => [key, inline(document, value, within)]),
    )
  }

  /** A part of a document. An operation also has the parameters of its path. */
  function partOf(document, path) {
    const part = at(document, path)
    const [section, url, method] = path
    if (section !== 'paths' || method === undefined) return part
    const { parameters = [] } = document.paths[url]
    return { ...part, parameters: [...parameters, ...(part.parameters ?? [])] }
  }

  /** Makes a file in CSV text to write into the page. Files of a reader go into a form, which has a chooser. */
  function withText(operation) {
    const file = operation?.requestBody?.content?.['text/csv']
    if (file === undefined) return operation
    delete file.schema.format
    return operation
  }

  /** Swagger UI's own way parses the whole document again for each operation: a second. All references are local. */
  const resolveSubtree = async (document, path) => ({
    spec: withText(inline(document, partOf(document, path))),
    errors: [],
  })

  window.swaggerUiPlugins.push(() => ({ fn: { resolveSubtree } }))
}
