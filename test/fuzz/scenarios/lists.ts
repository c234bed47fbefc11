import fc from 'fast-check'
import { Finding } from '../finding.ts'
import { SPICY } from '../inputs/texts.ts'
import { allOperations, type Operation } from '../operations.ts'
import { liveRecord } from '../records.ts'
import type { Scene } from '../scene.ts'
import { defineScenario } from './scenario.ts'

/** How many pages are read of one list. */
const MAX_PAGES = 4

const LISTS = allOperations.filter(({ query }) => query.properties?.['cursor'] !== undefined)

/** What a forged cursor holds. */
const contents = fc.oneof(
  fc.array(
    fc.oneof(
      fc.constantFrom(null, -1, 0, 1.5, 2 ** 53, 1e308, 'x', '\u0000', [], {}, true, -8.64e15),
      fc.integer(),
      fc
        .date({ noInvalidDate: false })
        .map((date) => (Number.isNaN(+date) ? 'x' : date.toISOString())),
    ),
    { maxLength: 4 },
  ),
  fc.constantFrom<unknown>(null, {}, 'x', 1, [[[]]], { length: 2 }),
)

const encode = (content: unknown) => Buffer.from(JSON.stringify(content)).toString('base64url')

/** What becomes of a cursor before it is given back. */
const changes = fc.oneof(
  contents.map((content) => () => encode(content)),
  fc.nat({ max: 30 }).map((at) => (cursor: string) => cursor.slice(0, at) + cursor.slice(at + 1)),
  fc
    .nat({ max: 30 })
    .map((at) => (cursor: string) => `${cursor.slice(0, at)}A${cursor.slice(at + 1)}`),
  fc.constantFrom(...SPICY).map((text) => () => text),
  fc.constant((cursor: string) => cursor + cursor),
  fc.constant(() => 'W'.repeat(512)),
)

async function paramsOf(scene: Scene, { url }: Operation): Promise<Record<string, unknown>> {
  const [parameter] = /:\w+/.exec(url) ?? []
  if (parameter === undefined) return {}
  const path = url.slice(0, url.indexOf(parameter) + parameter.length)
  return { [parameter.slice(1)]: await liveRecord(scene, path) }
}

/** Lists read on by cursor: nothing comes twice; a cursor that is none of theirs is refused, never obeyed. */
export const lists = defineScenario(
  { name: 'pages', weight: 50, operations: LISTS.map(({ operationId }) => operationId) },
  fc.record({
    operation: fc.constantFrom(...LISTS),
    other: fc.constantFrom(...LISTS),
    size: fc.integer({ min: 1, max: 3 }),
    change: changes,
  }),
  async (scene, { operation, other, size, change }) => {
    const { operationId } = operation
    // The owner calls with an API key.
    const actorOf = ({ roles, scopes }: Operation) =>
      scene.actor(roles.includes('user') && scopes.length > 0 ? 'owner' : 'admin')
    const read = async (list: Operation, cursor: string) =>
      scene.call(list.operationId, {
        actor: actorOf(list),
        params: await paramsOf(scene, list),
        query: Object.entries({ per_page: String(size), cursor }),
      })
    const fail = (what: string): never => {
      throw new Finding('wrong-answer', operationId, what)
    }

    const seen = new Set<string>()
    let cursor = ''
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const { answer, body } = await read(operation, cursor)
      if (answer.status !== 200) fail(`${answer.status} for a cursor that it gave`)
      if (body.length > size) fail('more items than were asked for')
      for (const item of body) {
        const key = String(item.id ?? item.name ?? item._row ?? JSON.stringify(item))
        if (seen.has(key)) fail('an item comes twice')
        seen.add(key)
      }
      const next = answer.headers['x-next-cursor']?.toString()
      const links = String(answer.headers['link'])
      if ((next === undefined) === links.includes('rel="next"'))
        fail('Link and X-Next-Cursor differ')
      if (next === undefined) break
      cursor = next
    }
    await read(other, cursor)
    const { answer } = await read(operation, change(cursor))
    if (![200, 422].includes(answer.status))
      fail(`${answer.status} for a cursor of another's making`)
  },
)
