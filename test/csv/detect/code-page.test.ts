import { describe, expect, it } from 'vitest'
import { detectEncoding } from '../../../src/csv/detect/encoding.ts'
import { createUtf8Converter } from '../../../src/csv/parse/to-utf8.ts'
import { encode } from '../../bench/csv/encode.ts'

const GERMAN = 'name;town\nMüller;Köln\nJäger;Düsseldorf\nGroß;Nürnberg\n'
const FRENCH = 'nom;ville\nLefèvre;Orléans\nGarçon;Besançon\nNoël;Évry\n'
const POLISH = 'imię;miasto\nŁukasz;Łódź\nŻaneta;Gdańsk\nJóźwiak;Poznań\n'
const HUNGARIAN = 'név;város\nGergő;Győr\nTőkés;Hódmezővásárhely\nSzűcs;Szőny\n'
const RUSSIAN = 'имя;город\nИван;Москва\nОльга;Казань\n'
const UKRAINIAN = 'імя;місто\nОлексій;Київ\nІрина;Львів\n'

const textOf = (bytes: Buffer): string => {
  const converter = createUtf8Converter(detectEncoding(bytes, true))
  return Buffer.concat([converter.push(bytes), converter.end()]).toString()
}

describe('an encoding of one byte a character', () => {
  it.each([
    ['windows-1252', GERMAN],
    ['windows-1252', FRENCH],
    ['windows-1252', 'what;price\n“gold”;5 €\nit’s – well;3 £\n'],
    ['windows-1252', 'name\nZoë\n'],
    ['cp850', GERMAN],
    ['cp850', FRENCH],
    ['macintosh', GERMAN],
    ['macintosh', FRENCH],
    ['iso-8859-2', POLISH],
    ['windows-1250', POLISH],
    ['iso-8859-2', HUNGARIAN],
    ['windows-1251', RUSSIAN],
    ['windows-1251', UKRAINIAN],
    ['windows-1251', 'id;name\n1;Иван\n2;Bob\n'],
  ])('is found by its letters: %s, %j', (encoding, text) => {
    const bytes = encode(text, encoding)
    expect(detectEncoding(bytes, true)).toMatchObject({ encoding, isGuess: false })
    expect(textOf(bytes)).toBe(text)
  })

  it('is a guess where the bytes say little', () => {
    const bytes = Buffer.from([0x61, 0x0a, 0xe0, 0x0a])
    expect(detectEncoding(bytes, true).isGuess).toBe(true)
  })
})

describe('UTF-8', () => {
  const fine = 'name,n\nÄpfel,1\nBirnen für Ärzte,2\n'

  it('is not given up for a few bad bytes', () => {
    const bytes = Buffer.concat([Buffer.from(fine), Buffer.from('\xc4pfel,3\n', 'latin1')])
    expect(detectEncoding(bytes, true)).toEqual({ encoding: 'utf-8', bomBytes: 0, isGuess: false })
    expect(textOf(bytes)).toBe(`${fine}Äpfel,3\n`)
  })

  it('is given up where most bytes are bad', () => {
    const bytes = Buffer.concat([Buffer.from('ä\n'), Buffer.from(GERMAN, 'latin1')])
    expect(detectEncoding(bytes, true).encoding).toBe('windows-1252')
  })
})

describe('UTF-16 without a mark', () => {
  it.each([
    ['Latin', 'id,name\n1,Zoë\n'],
    ['Cyrillic', 'имя,город\nИван,Москва\nОльга,Казань\n'],
    ['Chinese', '名字,城市\n王伟,北京\n李娜,上海\n'],
  ])('is found in %s text', (_, text) => {
    const bytes = Buffer.from(text, 'utf16le')
    expect(detectEncoding(bytes, true).encoding).toBe('utf-16le')
    expect(detectEncoding(bytes.swap16(), true).encoding).toBe('utf-16be')
  })

  it('is not seen in other text that holds a few NUL', () => {
    expect(detectEncoding(Buffer.from('id,name\n1,J\0m\n2,\0\n3,x\n'), true).encoding).toBe('utf-8')
  })
})
