import { Readable } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../../src/errors.ts'
import { fileOfForm } from '../../../src/http/body/file-parts.ts'

const HEADERS = { 'content-type': 'multipart/form-data; boundary=x' }
const FORM =
  '--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\nContent-Type: text/csv\r\n\r\na,b\n1,2\n\r\n--x--\r\n'

/** Pieces of a form that stand where they should not. */
const shard = fc.constantFrom(
  '--x',
  '--x--',
  '\r\n',
  '\r\n\r\n',
  'Content-Disposition: form-data',
  '; name="a"',
  ':',
  '; filename="b"',
  "; filename*=UTF-8''%ff",
  'Content-Transfer-Encoding: base64',
  '\0',
  '"',
  '--',
)

/** Spoils a form at a place. */
const spoilt = fc
  .array(fc.tuple(fc.nat(FORM.length), fc.nat(20), shard), { maxLength: 6 })
  .map((changes) =>
    changes.reduce(
      (text, [at, length, by]) => text.slice(0, at) + by + text.slice(at + length),
      FORM,
    ),
  )

/** What becomes of a form that is sent in pieces of a length, and breaks off after some. */
async function outcome(text: string, length: number, breaksOffAt: number): Promise<unknown> {
  async function* sent() {
    for (let at = 0; at < text.length; at += length) {
      if (at >= breaksOffAt) throw new AppError(400, 'bad_request', 'The request ended')
      yield Buffer.from(text.slice(at, at + length), 'latin1')
    }
  }
  try {
    const { stream } = await fileOfForm(HEADERS, Readable.from(sent()))
    return (await stream.toArray()).join('')
  } catch (error) {
    return error
  }
}

describe('a form', () => {
  it('gives its file', async () => {
    expect(await outcome(FORM, 7, FORM.length)).toBe('a,b\n1,2\n')
  })

  it('that is spoilt or broken off gives a file, or one of our errors', async () => {
    await fc.assert(
      fc.asyncProperty(
        spoilt,
        fc.integer({ min: 1, max: 60 }),
        fc.nat(2 * FORM.length),
        async (text, length, breaksOffAt) => {
          const found = await outcome(text, length, breaksOffAt)
          expect(typeof found === 'string' || found instanceof AppError).toBe(true)
        },
      ),
      { numRuns: 1_000 },
    )
  })
})
