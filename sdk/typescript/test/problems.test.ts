import { createPassbook, createUser, getLiveness, getUser, type Problem } from 'passbook-sdk'
import { describe, expect, it } from 'vitest'
import { useServed } from './setup/served.ts'

const { cast, as } = useServed()

const problemOf = (request: Promise<unknown>): Promise<Problem> =>
  request.then(
    () => expect.fail('It was not refused.'),
    (error) => error,
  )

describe('a problem', () => {
  it('names each value that is refused', async () => {
    const body = { name: 'a'.repeat(101), email: 'nobody', age: 200 }
    const problem = await problemOf(createUser({ client: as(cast.staff), body }))
    expect(problem).toMatchObject({ status: 422, code: 'validation_failed' })
    expect(problem.errors.map(({ path }) => path).sort()).toEqual(['/age', '/email', '/name'])
    expect(problem.errorsAt('/email')).toEqual([
      { in: 'body', path: '/email', code: 'format', message: expect.any(String) },
    ])
    expect(problem.errorsAt('/pincode')).toEqual([])
  })

  it('has the detail as its message, and the id of the request', async () => {
    const problem = await problemOf(
      getUser({
        client: as(cast.staff),
        path: { id: 4_000_000 },
        headers: { 'X-Request-Id': 'sdk-7' } as object as Record<string, string>,
      }),
    )
    expect(problem).toBeInstanceOf(Error)
    expect(problem).toMatchObject({
      status: 404,
      code: 'not_found',
      message: 'User with ID 4000000 not found',
      requestId: 'sdk-7',
    })
  })

  it('of another server has its status alone', async () => {
    const fetch = async () => new Response('<html>nginx</html>', { status: 500 })
    const client = createPassbook({ baseUrl: 'http://localhost', fetch })
    expect(await problemOf(getLiveness({ client }))).toMatchObject({
      status: 500,
      code: 'unknown',
      message: 'The service answered with 500.',
      errors: [],
    })
  })
})
