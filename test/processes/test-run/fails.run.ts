import { expect, it } from 'vitest'

it('fails at once', () => {
  expect('as seen').toBe('as wanted')
})
