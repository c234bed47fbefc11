/** The encodings with one byte a character. */
export const SINGLE_BYTE = [
  'windows-1252',
  'windows-1250',
  'windows-1251',
  'iso-8859-2',
  'macintosh',
  'cp850',
  'cp437',
] as const
export type SingleByteEncoding = (typeof SINGLE_BYTE)[number]

/** The characters of 0x80 to 0x9f of Windows-1252. Node.js 20 reads them as those of Latin-1. */
const WINDOWS_80 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ'
/** The characters of 0x80 to 0xff of DOS, which the platform does not know. */
const DOS = {
  cp850:
    'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u00ad±‗¾¶§÷¸°¨·¹³²■\u00a0',
  cp437:
    'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0',
} as const

/** The most UTF-8 bytes per character. */
const MAX_UTF8_BYTES = 3

function charactersOf(encoding: SingleByteEncoding): string {
  const latin1 = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)).toString('latin1')
  const ascii = latin1.slice(0, 0x80)
  // As on the web, the bytes that are not assigned are control characters.
  if (encoding === 'windows-1252') return ascii + WINDOWS_80 + latin1.slice(0xa0)
  if (encoding === 'cp850' || encoding === 'cp437') return ascii + DOS[encoding]
  return new TextDecoder(encoding).decode(Uint8Array.from({ length: 256 }, (_, byte) => byte))
}

const tables = new Map<SingleByteEncoding, string>()

/** The 256 characters of an encoding. */
export function characterTable(encoding: SingleByteEncoding): string {
  const table = tables.get(encoding) ?? charactersOf(encoding)
  tables.set(encoding, table)
  return table
}

/** Creates a function that converts bytes to UTF-8. Every byte is a character: it cannot fail. */
export function createSingleByteConverter(
  encoding: SingleByteEncoding,
): (bytes: Uint8Array) => Buffer {
  const utf8 = [...characterTable(encoding)].map((character) => Buffer.from(character))
  return (bytes) => {
    const out = Buffer.allocUnsafe(bytes.length * MAX_UTF8_BYTES)
    let length = 0
    for (const byte of bytes) {
      if (byte < 0x80) {
        out[length] = byte
        length += 1
      } else {
        for (const part of utf8[byte] as Buffer) {
          out[length] = part
          length += 1
        }
      }
    }
    return out.subarray(0, length)
  }
}
