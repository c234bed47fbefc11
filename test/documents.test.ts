import { access, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url))

/** Relative links: to files and folders of the project. */
async function linksOf(document: string): Promise<readonly string[]> {
  const text = await readFile(root(document), 'utf8')
  return [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, target]) => target as string)
}

/** Files that a document names in code: with a folder, and without a placeholder. */
async function filesNamedIn(document: string): Promise<readonly string[]> {
  const text = await readFile(root(document), 'utf8')
  const named = text.matchAll(/`((?:src|test|prisma|openapi|scripts|docker)\/[\w./-]+)`/g)
  return [...named].map(([, path]) => path as string)
}

const missing = async (paths: readonly string[]) => {
  const gone: string[] = []
  for (const path of paths) await access(root(path)).catch(() => gone.push(path))
  return gone
}

describe.each(['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'SECURITY.md'])(
  '%s',
  (document) => {
    it('links to and names files that are there', async () => {
      const paths = [...(await linksOf(document)), ...(await filesNamedIn(document))]
      expect(paths.length).toBeGreaterThan(0)
      expect(await missing(paths)).toEqual([])
    })
  },
)

describe('README.md', () => {
  it('has at most 1,800 words', async () => {
    const words = (await readFile(root('README.md'), 'utf8')).split(/\s+/).filter(Boolean)
    expect(words.length).toBeLessThanOrEqual(1_800)
  })
})
