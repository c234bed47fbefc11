import { Readable } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../../src/errors.ts'
import { fileOfForm } from '../../../src/http/body/file-parts.ts'

const HEADERS = { 'content-type': 'multipart/form-data; boundary=x' }
const FORM =
  '--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\nContent-Type: text/csv\r\n\r\na,b\n1,2\n\r\n--x--\r\n'

/** Fragments of a form, to be inserted in the wrong places. */
const fragment = fc.constantFrom(
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

/** Corrupts a form in random places. */
const corrupted = fc
  .array(fc.tuple(fc.nat(FORM.length), fc.nat(20), fragment), { maxLength: 6 })
  .map((changes) =>
    changes.reduce(
      (text, [at, length, by]) => text.slice(0, at) + by + text.slice(at + length),
      FORM,
    ),
  )

/** The result of a form that arrives in chunks of a length, and breaks off after some of them. */
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
  it('yields its file', async () => {
    expect(await outcome(FORM, 7, FORM.length)).toBe('a,b\n1,2\n')
  })

  it('that is corrupted or truncated yields a file, or one of our errors', async () => {
    await fc.assert(
      fc.asyncProperty(
        corrupted,
        fc.integer({ min: 1, max: 60 }),
        fc.nat(2 * FORM.length),
        async (text, length, breaksOffAt) => {
          const result = await outcome(text, length, breaksOffAt)
          expect(typeof result === 'string' || result instanceof AppError).toBe(true)
        },
      ),
      { numRuns: 1_000 },
    )
  })
})
