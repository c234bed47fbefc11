import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { PrismaPg } from '@prisma/adapter-pg'
import { describe, expect, it } from 'vitest'
import { createLeanClient } from '../../src/database/lean-client/lean-client.ts'
import { sparseGraph } from '../../src/database/lean-client/sparse-graph.ts'

const MIB = 1024 * 1024
const CLIENTS = 4

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const createClient = () =>
  createLeanClient({ adapter: new PrismaPg({ connectionString: 'postgresql://127.0.0.1:9' }) })

describe('a lean client', () => {
  it('takes less than 3 MiB of the heap', () => {
    createClient()
    collectGarbage()
    const before = process.memoryUsage().heapUsed
    const clients = Array.from({ length: CLIENTS }, createClient)
    collectGarbage()
    const each = (process.memoryUsage().heapUsed - before) / MIB / clients.length
    expect(each).toBeLessThan(3)
  })
})

describe('sparseGraph', () => {
  // One input with one edge, one output with one edge, and one root, each of string 0.
  const graph = [1, 1, 1, 1, 0, 8, 0, 0, 1, 3, 1, 0, 1, 1, 0, 1, 1]

  it('raises all indexes of strings', () => {
    const encoded = Buffer.from(graph).toString('base64url')
    const sparse = sparseGraph({ strings: ['name'], graph: encoded })
    expect(sparse.strings.indexOf('name')).toBe(1024)
    const [low, high] = [0x80, 0x08]
    expect([...Buffer.from(sparse.graph, 'base64url')]).toEqual([
      ...[1, 1, 1, 1, low, high, 8, 0, 0, low + 1, high, 3],
      ...[1, low, high, 1, 1, low, high, 1, 1],
    ])
  })

  it('refuses a graph that is encoded in another way', () => {
    const longer = Buffer.from([...graph, 0]).toString('base64url')
    expect(() => sparseGraph({ strings: ['name'], graph: longer })).toThrow(RangeError)
  })
})
