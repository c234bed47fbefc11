import { HEADER } from './code.ts'
import { asObject, type Json, type JsonObject, join, RefusedError } from './json.ts'
import { referredName, toTypeBox } from './typebox.ts'

const COMPONENTS = '/components/schemas'

/**
 * The text of `schemas.ts`: one constant and one type per component schema, each after those it
 * refers to.
 *
 * @throws RefusedError for anything that cannot be generated, including cyclic references
 */
export function generateSchemas(document: JsonObject): string {
  const schemas = componentSchemas(document)
  const declarations = inDependencyOrder(schemas).flatMap((name) => {
    const at = join(COMPONENTS, name)
    const precise = declaration(name, toTypeBox(schemas[name], at))
    if (!leavesItemsToHandler(schemas[name])) return [precise]
    return [
      precise,
      declaration(uncheckedName(name), toTypeBox(schemas[name], at, { unchecked: true })),
    ]
  })
  return [HEADER, "import { type Static, Type } from 'typebox'", '', ...declarations].join('\n')
}

/** The name of a schema's variant in which items checked by the handler are left unchecked. */
export function uncheckedName(name: string): string {
  return `${name}Unchecked`
}

/** Whether the schema has a list whose items the handler checks (`x-validate-items: handler`). */
export function leavesItemsToHandler(schema: Json | undefined): boolean {
  return JSON.stringify(schema ?? null).includes('"x-validate-items":"handler"')
}

/** The component schemas by name. */
export function componentSchemas(document: JsonObject): JsonObject {
  return asObject(asObject(document.components, '/components').schemas, COMPONENTS)
}

function declaration(name: string, code: string): string {
  return `export const ${name} = ${code}\nexport type ${name} = Static<typeof ${name}>\n`
}

function inDependencyOrder(schemas: JsonObject): readonly string[] {
  const done = new Set<string>()
  const visit = (name: string, path: readonly string[]): void => {
    const at = join(COMPONENTS, name)
    if (path.includes(name)) {
      throw new RefusedError(at, `the reference is cyclic (${[...path, name].join(' -> ')})`)
    }
    if (schemas[name] === undefined) throw new RefusedError(at, 'there is no such schema')
    if (path.length > 0 && leavesItemsToHandler(schemas[name])) {
      throw new RefusedError(at, 'items left to the handler must belong to a whole body')
    }
    if (done.has(name)) return
    for (const ref of references(schemas[name])) visit(referredName(ref, at), [...path, name])
    done.add(name)
  }
  for (const name of Object.keys(schemas)) visit(name, [])
  return [...done]
}

function references(node: Json): readonly string[] {
  if (node === null || typeof node !== 'object') return []
  return Object.entries(node).flatMap(([key, value]) =>
    key === '$ref' && typeof value === 'string' ? [value] : references(value as Json),
  )
}
