import { expect, it } from 'vitest'
import { UnderWay } from '../../src/lib/under-way.ts'

it('has what came and has not left, whoever leaves first', () => {
  const underWay = new UnderWay<string>()
  const leaves = ['a', 'b', 'c', 'd'].map((name) => underWay.add(name))
  const leave = (...places: number[]) => {
    for (const place of places) leaves[place]?.()
    return underWay.items().toSorted().join('')
  }
  expect(leave()).toBe('abcd')
  expect(leave(1)).toBe('acd')
  // Those that took the place of others leave it too.
  expect(leave(3)).toBe('ac')
  leaves.push(underWay.add('e'))
  expect(leave(0, 2)).toBe('e')
  expect(underWay.size).toBe(1)
})

it('lets nothing leave twice', () => {
  const underWay = new UnderWay<string>()
  const leave = underWay.add('same')
  underWay.add('same')
  leave()
  leave()
  expect(underWay.items()).toEqual(['same'])
})

it('lists what is there now, whatever leaves while it is read', () => {
  const underWay = new UnderWay<number>()
  const leaves = [1, 2, 3].map((number) => underWay.add(number))
  const read: number[] = []
  for (const item of underWay.items()) {
    read.push(item)
    for (const leave of leaves) leave()
  }
  expect(read).toEqual([1, 2, 3])
  expect(underWay.size).toBe(0)
})
