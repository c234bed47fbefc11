import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { breakingByAccess } from '../../openapi/breaking/access-changes.ts'
import { checkBreaking, release } from '../../openapi/breaking/check.ts'
import { changedDocument } from '../setup/http/own-api.ts'

const ENTRY = new URL('../../openapi/openapi.yaml', import.meta.url).pathname
const RELEASED = new URL('../../openapi/released', import.meta.url).pathname

type Change = Parameters<typeof changedDocument>[0]

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'passbook-released-'))
  await release(ENTRY, folder)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Compares the document, changed, with itself as released. */
async function check(change: Change, against = folder) {
  const path = join(folder, 'changed.yaml')
  await writeFile(path, JSON.stringify(await changedDocument(change)))
  return await checkBreaking(path, against)
}

describe('the gate of breaking changes', () => {
  it('refuses one, and names it', async () => {
    const { failed, text } = await check(({ components }) => {
      components.schemas.TaskStatus.enum.pop()
    })
    expect(failed).toBe(true)
    expect(text).toContain("'completed'")
    expect(text).toContain('~1v1~1tasks')
    expect(text).toContain('raise the major version')
  })

  it('lets harmless ones pass', async () => {
    const outcome = await check(({ paths, components }) => {
      paths['/v1/me/again'] = { get: { ...paths['/v1/me'].get, operationId: 'getMeAgain' } }
      paths['/v1/me'].get.description = 'Other words.'
      const { TaskCreate, Task } = components.schemas
      for (const { properties } of [TaskCreate, Task]) {
        properties.colour = { type: 'string', maxLength: 9, description: 'Its colour.' }
      }
    })
    expect(outcome).toMatchObject({ failed: false, document: { breaking: [] } })
  })

  it('lets breaking ones pass with a new major version', async () => {
    const outcome = await check(({ info, paths }) => {
      info.version = '2.0.0'
      delete paths['/v1/tasks/{id}'].delete
    })
    expect(outcome.failed).toBe(false)
    expect(outcome.text).toContain('`DELETE /v1/tasks/{id}` was removed')
  })

  it.each([
    ['0.9.0', 'The document has version 0.9.0, but 1.0.0 is released.'],
    ['1.0', '1.0 is not like 1.4.0'],
  ])('refuses the version %s', async (version, reason) => {
    const checking = check(({ info }) => {
      info.version = version
    })
    await expect(checking).rejects.toThrow(reason)
  })

  it('finds the document as it is released unbroken', async () => {
    expect(await readdir(RELEASED)).not.toEqual([])
    expect(await checkBreaking(ENTRY, RELEASED)).toMatchObject({ failed: false })
  })
})

describe('a released document', () => {
  it('is not written again', async () => {
    await expect(release(ENTRY, folder)).rejects.toThrow('is released; raise the version')
  })
})

describe('changes of access', () => {
  it.each<[string, Change]>([
    ['needs an account', ({ paths }) => delete paths['/v1/register'].post.security],
    ['is no longer for the role user', ({ paths }) => paths['/v1/tasks'].get['x-roles'].shift()],
    [
      'needs the scope users:read',
      ({ paths }) => paths['/v1/tasks'].get['x-scopes'].push('users:read'),
    ],
    ['takes no API keys', ({ paths }) => paths['/v1/tasks'].get['x-scopes'].pop()],
    ['takes 9 bytes', ({ paths }) => Object.assign(paths['/v1/tasks'].post, { 'x-body-limit': 9 })],
    [
      'has the strict rate limit',
      ({ paths }) => Object.assign(paths['/v1/tasks'].get, { 'x-rate-limit': 'strict' }),
    ],
  ])('break callers: %s', async (reason, change) => {
    const before = await changedDocument(() => undefined)
    const after = await changedDocument(change)
    expect(breakingByAccess(before, after)).toEqual([expect.stringContaining(reason)])
    expect(breakingByAccess(after, before)).not.toContainEqual(expect.stringContaining(reason))
  })
})
