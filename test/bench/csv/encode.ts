/** The characters of 0x80 to 0xff of the encodings that Node.js cannot write. */
const DOS =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u00ad±‗¾¶§÷¸°¨·¹³²■\u00a0'

/** Those of 0x80 to 0x9f of Windows-1252, which Node.js 20 reads as Latin-1. */
const WINDOWS = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ'
const HIGH = Uint8Array.from({ length: 128 }, (_, index) => 128 + index)

/** The bytes of a text in an encoding with one byte a character. */
function singleByte(text: string, encoding: string): Buffer {
  const decoded = new TextDecoder(encoding === 'cp850' ? 'latin1' : encoding).decode(HIGH)
  const windows = WINDOWS + decoded.slice(0x20)
  const high = encoding === 'cp850' ? DOS : encoding === 'windows-1252' ? windows : decoded
  return Buffer.from(
    Array.from(text, (character) => {
      if (character < '\u0080') return character.charCodeAt(0)
      const index = high.indexOf(character)
      if (index === -1) throw new Error(`${encoding} has no ${character}`)
      return 128 + index
    }),
  )
}

/** Writes a text in an encoding. */
export function encode(text: string, encoding: string): Buffer {
  if (encoding === 'utf-8') return Buffer.from(text)
  if (encoding === 'utf-8 with mark') return Buffer.from(`\ufeff${text}`)
  return encoding === 'utf-16le' ? Buffer.from(text, 'utf16le') : singleByte(text, encoding)
}
