import { describe, expect, it } from 'vitest'
import { openRecordLoads } from '../imports/kinds/record-loads.ts'
import { useCast } from '../setup/cast.ts'

const cast = useCast()

const create = (email: string) =>
  cast.service.call('createUser', { token: cast.staff.token, body: { name: 'A B', email } })
const find = (email: string) =>
  cast.service.call('listUsers', { token: cast.staff.token, query: { email } })

describe('an international address', () => {
  it('is kept as it was sent, and found in each of its forms', async () => {
    const email = 'Jürgen@München.example'
    const { status, body } = await create(email)
    expect([status, body.email]).toEqual([201, email])
    for (const form of [email, 'JÜRGEN@xn--mnchen-3ya.example', 'ju\u0308rgen@MÜNCHEN.example']) {
      expect((await find(form)).body).toMatchObject([{ id: body.id }])
      expect((await create(form)).body.code).toBe('email_taken')
    }
  })

  it('takes part in a file of users as in a request', async () => {
    const load = openRecordLoads(cast.service)
    const rows = ['अजय@डाटा.भारत', 'अजय@xn--c2bd1gb.xn--h2brj9c', 'a\u0085b@c.example']
    const { rejects, counts } = await load(
      'users',
      cast.staff,
      ['name,email', ...rows.map((email) => `A B,${email}`)].join('\n'),
    )
    expect(counts.loaded).toBe(1)
    expect(rejects.map(({ line, code }) => [line, code])).toEqual([
      [3, 'email_taken'],
      [4, 'format'],
    ])
    expect((await find('अजय@डाटा.भारत')).body).toHaveLength(1)
  })

  it('names a user in a file of transactions', async () => {
    const { body } = await create('用户@例え.テスト')
    const load = openRecordLoads(cast.service)
    const { counts } = await load(
      'transactions',
      cast.staff,
      [
        'user_email,transaction_date,transaction_amount,transaction_type',
        '用户@XN--R8JZ45G.xn--zckzah,2026-01-31,5,credit',
        '用户@例え.テスト,2026-01-31,6,credit',
      ].join('\n'),
    )
    expect(counts.loaded).toBe(2)
    const booked = await cast.service.call('listUserTransactions', {
      params: { id: body.id },
      token: cast.staff.token,
    })
    expect(booked.body).toHaveLength(2)
  })
})
