import { isUtf8 } from 'node:buffer'
import type { Encoding } from '../detect/encoding.ts'
import { CsvError } from '../errors.ts'
import { createSingleByteConverter } from './single-byte.ts'
import { characterLength, incompleteTail } from './utf8.ts'

const NOTHING = Buffer.alloc(0)

/** Converts the bytes of a file, in chunks cut anywhere, to UTF-8 without a byte order mark. */
export interface Utf8Converter {
  /**
   * Converts a chunk. Valid UTF-8 is returned without copying unless a character is cut.
   *
   * @throws CsvError `invalid_encoding`
   */
  push(chunk: Uint8Array): Buffer
  /**
   * Converts the remaining bytes at the end of the file.
   *
   * @throws CsvError `invalid_encoding`
   */
  end(): Buffer
  /** How many bytes were not valid UTF-8 and were read as Windows-1252. */
  readonly mended: number
}

/**
 * Carries over the last bytes of a chunk that may continue in the next one, as counted by `tail`.
 */
function createCarry(tail: (bytes: Buffer) => number) {
  let carry = NOTHING
  return {
    next(chunk: Uint8Array): Buffer {
      const bytes =
        carry.length > 0
          ? Buffer.concat([carry, chunk])
          : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
      const tailBytes = tail(bytes)
      carry = tailBytes > 0 ? Buffer.from(bytes.subarray(bytes.length - tailBytes)) : NOTHING
      return bytes.subarray(0, bytes.length - tailBytes)
    },
    rest: () => carry,
  }
}

const windows1252ToUtf8 = createSingleByteConverter('windows-1252')

/** Reads every byte outside a valid UTF-8 character as Windows-1252. */
function mend(bytes: Buffer): { utf8: Buffer; mended: number } {
  const parts: Buffer[] = []
  let mended = 0
  let from = 0
  for (let at = 0; at < bytes.length; ) {
    const length = characterLength(bytes, at)
    if (length > 0) {
      at += length
      continue
    }
    parts.push(bytes.subarray(from, at), windows1252ToUtf8(bytes.subarray(at, at + 1)))
    mended += 1
    at += 1
    from = at
  }
  parts.push(bytes.subarray(from))
  return { utf8: Buffer.concat(parts), mended }
}

function fromUtf8(strict: boolean): Utf8Converter {
  const carry = createCarry(incompleteTail)
  let mended = 0
  const convert = (bytes: Buffer): Buffer => {
    if (isUtf8(bytes)) return bytes
    if (strict) throw new CsvError('invalid_encoding', 'The file is not valid UTF-8.')
    const result = mend(bytes)
    mended += result.mended
    return result.utf8
  }
  return {
    push: (chunk) => convert(carry.next(chunk)),
    end: () => convert(carry.rest()),
    get mended() {
      return mended
    },
  }
}

/** Counts an odd byte and a leading surrogate, which must wait for the next bytes. */
function utf16Tail(bytes: Buffer, high: 0 | 1): number {
  const odd = bytes.length & 1
  const unit = bytes.length - odd - 2
  const lead = unit >= 0 ? (bytes[unit + high] as number) : 0
  return odd + (lead >= 0xd8 && lead <= 0xdb ? 2 : 0)
}

function fromUtf16(bigEndian: boolean): Utf8Converter {
  const carry = createCarry((bytes) => utf16Tail(bytes, bigEndian ? 0 : 1))
  const invalid = () => new CsvError('invalid_encoding', 'The file is not valid UTF-16.')
  return {
    push(chunk) {
      const bytes = carry.next(chunk)
      const text = (bigEndian ? Buffer.from(bytes).swap16() : bytes).toString('utf16le')
      if (!text.isWellFormed()) throw invalid()
      return Buffer.from(text)
    },
    end() {
      if (carry.rest().length > 0) throw invalid()
      return NOTHING
    },
    mended: 0,
  }
}

function withoutMark(converter: Utf8Converter, bomBytes: number): Utf8Converter {
  let left = bomBytes
  return {
    push(chunk) {
      const skipped = Math.min(left, chunk.length)
      left -= skipped
      return converter.push(chunk.subarray(skipped))
    },
    end: () => converter.end(),
    get mended() {
      return converter.mended
    },
  }
}

/**
 * Creates a converter from this encoding.
 *
 * @param strict whether invalid UTF-8 is an error. Otherwise each invalid byte is read as
 *   Windows-1252 and counted: the sample may have been pure ASCII while later bytes are not.
 */
export function createUtf8Converter(
  { encoding, bomBytes }: { readonly encoding: Encoding; readonly bomBytes: number },
  strict = false,
): Utf8Converter {
  switch (encoding) {
    case 'utf-8':
      return withoutMark(fromUtf8(strict), bomBytes)
    case 'utf-16le':
    case 'utf-16be':
      return withoutMark(fromUtf16(encoding === 'utf-16be'), bomBytes)
    default:
      return { push: createSingleByteConverter(encoding), end: () => NOTHING, mended: 0 }
  }
}
