/** What Prisma's client knows about the parameters of queries, in Prisma's encoding. */
export interface EncodedGraph {
  readonly strings: string[]
  readonly graph: string
}

/**
 * V8 keeps an object whose first number key is at least this as a hash table. With smaller keys it takes an array up
 * to the largest key.
 */
const SPARSE_KEY = 1024

/** Reads and writes numbers of seven bits a byte, the lowest first. */
function createCopier(source: Buffer) {
  const target: number[] = []
  let place = 0

  function read(): number {
    let number = 0
    for (let factor = 1; ; factor *= 128) {
      const byte = source.readUInt8(place++)
      number += (byte & 127) * factor
      if (byte < 128) return number
    }
  }
  function write(number: number): number {
    let rest = number
    for (; rest >= 128; rest = Math.floor(rest / 128)) target.push((rest % 128) + 128)
    target.push(rest)
    return number
  }

  return {
    number: () => write(read()),
    index: () => write(read() + SPARSE_KEY),
    /** Nothing, or an index and one. */
    optionalIndex() {
      const index = read()
      write(index === 0 ? 0 : index + SPARSE_KEY)
    },
    bytes(count: number) {
      for (const end = place + count; place < end; place += 1) target.push(source.readUInt8(place))
    },
    /** @throws RangeError if not all was copied */
    end(): Buffer {
      if (place !== source.length) throw new RangeError('the graph is longer than expected')
      return Buffer.from(target)
    },
  }
}

function raiseIndexes(graph: Buffer): Buffer {
  const copy = createCopier(graph)
  const repeat = (count: number, work: () => void) => {
    for (let done = 0; done < count; done += 1) work()
  }
  const inputs = copy.number()
  const outputs = copy.number()
  const roots = copy.number()
  repeat(inputs, () =>
    repeat(copy.number(), () => {
      copy.index()
      // The kinds of scalars.
      copy.bytes(2)
      copy.number()
      copy.optionalIndex()
      // Flags.
      copy.bytes(1)
    }),
  )
  const copyField = () => {
    copy.index()
    copy.number()
    copy.number()
  }
  repeat(outputs, () => repeat(copy.number(), copyField))
  repeat(roots, copyField)
  return copy.end()
}

/**
 * The same graph with higher indexes of strings, by which a client keeps it in 1 MB in place of 8: its objects have
 * few number keys of up to a thousand.
 *
 * @throws RangeError if Prisma encodes it in another way
 */
export function sparseGraph({ strings, graph }: EncodedGraph): EncodedGraph {
  return {
    strings: [...new Array<string>(SPARSE_KEY).fill(''), ...strings],
    graph: raiseIndexes(Buffer.from(graph, 'base64url')).toString('base64url'),
  }
}
