import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'

/** 132 bits of the digest, enough to tell any two contents apart. */
const LENGTH = 22
/** Compressing less is not worth its time. */
const MIN_PACKED_BYTES = 1024

/** The strong entity tag (RFC 9110) of bytes that are sent: it changes with each of them. */
export const etagOfBytes = (bytes: string | Buffer): string =>
  `"${createHash('sha256').update(bytes).digest('base64url').slice(0, LENGTH)}"`

/** Bytes that are sent, and their entity tag. */
export interface Representation {
  readonly bytes: Buffer
  readonly etag: string
}

/**
 * A text as it is and as gzip, which are different bytes with strong entity tags of their own. It is
 * compressed when that is first asked for.
 */
export class Represented {
  readonly identity: Representation
  #gzip: Representation | undefined

  constructor(text: string) {
    const bytes = Buffer.from(text)
    this.identity = { bytes, etag: etagOfBytes(bytes) }
  }

  get gzip(): Representation {
    if (this.#gzip === undefined) {
      const bytes = gzipSync(this.identity.bytes)
      this.#gzip = { bytes, etag: etagOfBytes(bytes) }
    }
    return this.#gzip
  }
}

interface ReadyOptions {
  /** Further headers of the answer. */
  readonly headers?: Readonly<Record<string, string>>
  /** Whether whoever accepts gzip gets it. `If-Match` needs the tag of the answer as it is. */
  readonly packs?: boolean
}

/**
 * An answer as the bytes that are sent, with its entity tag. Kept, it is sent again without being
 * made again.
 */
export class ReadyAnswer<T = unknown> extends Represented {
  /** Only the type of what was made ready. */
  declare readonly content: T
  readonly headers: Readonly<Record<string, string>>
  /** Whether it is sent as gzip to whoever accepts that. */
  readonly packs: boolean

  constructor(content: T, { headers = {}, packs = false }: ReadyOptions = {}) {
    super(JSON.stringify(content))
    this.headers = headers
    this.packs = packs && this.identity.bytes.length >= MIN_PACKED_BYTES
  }
}

/** What a ready answer says. */
export const contentOf = <T>({ identity }: ReadyAnswer<T>): T =>
  JSON.parse(identity.bytes.toString())
