import { describe, expect, it } from 'vitest'
import { compareGroups, compareRecords, type Found } from './model/compare.ts'
import { type Content, Model } from './model/model.ts'

const FIVE: Content = { user: 1, amount: '5.00' }
const SIX: Content = { user: 1, amount: '6.00' }

const change = (marker: string, to: Content | undefined = FIVE) => ({
  kind: 'transaction' as const,
  marker,
  userId: 1,
  to,
})
const found = (marker: string, content = FIVE): Found => ({ marker, content })

function acknowledged(...markers: readonly string[]): Model {
  const model = new Model()
  for (const marker of markers) model.start('create', [change(marker)]).acknowledge()
  return model
}

const kinds = (model: Model, records: readonly Found[]) =>
  compareRecords(model, 'transaction', records).map(({ kind, detail }) => [kind, detail])

describe('the model of what was written', () => {
  it('takes what is as it was acknowledged', () => {
    expect(kinds(acknowledged('a', 'b'), [found('b'), found('a')])).toEqual([])
  })

  it('finds a write that was lost', () => {
    expect(kinds(acknowledged('a', 'b'), [found('b')])).toEqual([['lost write', 'transaction a']])
  })

  it('finds a write that was done twice', () => {
    const differences = kinds(acknowledged('a'), [found('a'), found('a')])
    expect(differences).toEqual([['write done twice', 'transaction a']])
  })

  it('finds what nobody sent, and what was refused', () => {
    const model = acknowledged('a')
    model.start('create', [change('b')]).refuse()
    expect(kinds(model, [found('a'), found('b'), found('c')]).map(([kind]) => kind)).toEqual([
      'record with wrong content',
      'record that nobody sent',
    ])
  })

  it('finds the content of before an acknowledged change, and what was deleted', () => {
    const model = acknowledged('a', 'b')
    model.start('update', [change('a', SIX)]).acknowledge()
    model.start('delete', [{ ...change('b'), to: undefined }]).acknowledge()
    expect(kinds(model, [found('a', SIX)])).toEqual([])
    expect(kinds(model, [found('a'), found('b')]).map(([kind]) => kind)).toEqual([
      'record with wrong content',
      'record with wrong content',
    ])
  })

  it('takes either outcome of a write without an answer, and no other', () => {
    const model = acknowledged('a')
    model.start('update', [change('a', SIX)]).leaveOpen()
    expect(kinds(model, [found('a')])).toEqual([])
    expect(kinds(model, [found('a', SIX)])).toEqual([])
    expect(kinds(model, [])).toEqual([['lost write', 'transaction a']])
    expect(model.entry('transaction', 'a')?.retired).toBe(true)
  })

  it('wants all or none of a request without an answer', () => {
    const model = acknowledged('a')
    model.start('bulk', [change('a'), change('b'), change('c')]).leaveOpen()
    const differences = (...markers: readonly string[]) =>
      compareGroups(model, new Map([['transaction', markers.map((marker) => found(marker))]]))
    expect(differences('a')).toEqual([])
    expect(differences('a', 'b', 'c')).toEqual([])
    expect(differences('a', 'b')).toEqual([
      { kind: 'write done in part', detail: 'bulk: 1 of 2 changes' },
    ])
  })
})
