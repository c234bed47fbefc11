import { beforeAll, describe, expect, it } from 'vitest'
import { useCast } from '../setup/cast.ts'

const cast = useCast()
const ids = new Map<string, number>()

async function create(name: string, fields: object = {}): Promise<number> {
  const { id } = await cast.service.createCustomer(cast.staff.token, { name, ...fields })
  ids.set(name, id)
  return id
}

const post = (operation: 'createEmployment' | 'createBankAccount', id: number, body: object) =>
  cast.service.call(operation, { params: { id }, body, token: cast.staff.token })

beforeAll(async () => {
  await create('Merit Solberg', { email: 'm.solberg@people.example' })
  const worker = await create('Ana Costa')
  await post('createEmployment', worker, { company_name: 'Meridian Foods', is_current: true })
  const former = await create('Bo Lund')
  await post('createEmployment', former, { company_name: 'Meridian Foods', is_current: false })
  const saver = await create('Cy Novak')
  await post('createBankAccount', saver, {
    bank_name: '100% Méridien_Bank',
    account_number: 'GB00112233',
  })
  await create('Di Okafor', { pincode: 'MER 12' })
})

const list = (query: Readonly<Record<string, string | number>>, token = cast.staff.token) =>
  cast.service.call('listUsers', { query: { sort: 'id', ...query }, token })
const found = async (find: string) =>
  (await list({ find })).body.map(({ name }: { name: string }) => name)

describe('listUsers?find=', () => {
  it.each([
    ['mer', ['Merit Solberg', 'Ana Costa']],
    ['MERID', ['Ana Costa']],
    ['meridian foods', ['Ana Costa']],
    ['meridian foods ltd', []],
    ['solb', ['Merit Solberg']],
    ['100%', ['Cy Novak']],
    ['100% méridien_', ['Cy Novak']],
    ['100_', []],
    ['MER 12', ['Di Okafor']],
    ['nobody has this', []],
  ])('finds by any beginning: %s', async (find, names) => {
    expect(await found(find)).toEqual(names)
  })

  it('finds by the current company alone, and nobody twice', async () => {
    const params = { id: ids.get('Merit Solberg') as number }
    const body = { company_name: 'Merit Works', is_current: true }
    await cast.service.call('createEmployment', { params, body, token: cast.staff.token })
    expect(await found('merit')).toEqual(['Merit Solberg'])
  })

  it('goes with other filters, orders and cursors', async () => {
    const { body, headers } = await list({ find: 'mer', per_page: 1, cursor: '' })
    const cursor = String(headers['x-next-cursor'])
    const rest = await list({ find: 'mer', per_page: 5, cursor })
    expect([...body, ...rest.body].map(({ name }) => name)).toEqual(['Merit Solberg', 'Ana Costa'])
    expect((await list({ find: 'mer', company: 'meridian foods' })).body).toHaveLength(1)
    expect((await list({ find: 'mer', sort: '-id' })).body[0].name).toBe('Ana Costa')
    expect((await list({ find: 'mer' })).headers['x-total-count']).toBe('2')
  })

  it('wants two characters, and staff', async () => {
    expect((await list({ find: 'm' })).status).toBe(422)
    expect((await list({ find: 'a\u0000b' })).status).toBe(422)
    expect((await list({ find: 'mer' }, cast.user.token)).status).toBe(403)
    expect((await cast.service.call('listUsers', { query: { find: 'mer' } })).status).toBe(401)
  })
})
