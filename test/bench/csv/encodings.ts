/**
 * How often the encoding of a list of names is found, by us and by libraries in a folder's `node_modules`:
 * `npx tsx test/bench/csv/encodings.ts FOLDER` after `npm install chardet jschardet iconv-lite` there. A
 * file counts as right if its text is right.
 */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { detectEncoding } from '../../../src/csv/detect/encoding.ts'
import { createUtf8Converter } from '../../../src/csv/parse/to-utf8.ts'
import { encode } from './encode.ts'
import { createRandom } from './tables.ts'

const NAMES = {
  German: 'Müller Jäger Köln Düsseldorf Groß Weiß Schröder Bäcker Özdemir Lübeck Straße Ärzte',
  French: 'Lefèvre Garçon Noël Orléans Besançon Hélène Évry Châlons Béranger Forêt François',
  Spanish: 'Muñoz Peña García León Málaga Córdoba Ibáñez Güell Ávila Niño Jesús',
  Nordic: 'Åse Bjørn Søren Växjö Malmö Tromsø Ærø Håkan Jyväskylä Østfold',
  Polish: 'Łukasz Wałęsa Gdańsk Łódź Świętek Jóźwiak Kraków Żaneta Poznań Częstochowa',
  Czech: 'Dvořák Plzeň Černý Novotný Šimek Žižka Růžena Přerov Ústí Dušan Třebíč',
  Hungarian: 'Gergő Győr Tőkés Szűcs Béla Zsófia Hódmezővásárhely Pécs László Űrhajó',
  Russian: 'Иван Москва Ольга Казань Дмитрий Сергей Самара Екатерина Псков',
} as const
const ENCODINGS = {
  German: ['windows-1252', 'cp850', 'macintosh'],
  French: ['windows-1252', 'cp850', 'macintosh'],
  Spanish: ['windows-1252', 'cp850', 'macintosh'],
  Nordic: ['windows-1252', 'cp850', 'macintosh'],
  Polish: ['iso-8859-2', 'windows-1250'],
  Czech: ['iso-8859-2', 'windows-1250'],
  Hungarian: ['iso-8859-2', 'windows-1250'],
  Russian: ['windows-1251', 'utf-16le'],
} as const
const SIZES = [1, 3, 10, 40]
const TIMES = 25

interface TestFile {
  readonly text: string
  readonly encoding: string
  readonly bytes: Buffer
}

function* makeFiles(size: number): Generator<TestFile, void> {
  const random = createRandom(size)
  for (const [language, encodings] of Object.entries(ENCODINGS)) {
    const words = NAMES[language as keyof typeof NAMES].split(' ')
    for (const encoding of encodings) {
      for (let time = 0; time < TIMES; time += 1) {
        const rows = Array.from(
          { length: size },
          (_, index) => `${index},${words[random(words.length)]},${random(900)}\n`,
        )
        const text = `id,name,amount\n${rows.join('')}`
        yield { text, encoding, bytes: encode(text, encoding) }
      }
    }
  }
}

/** The text that a detector makes of a file. */
type Read = (file: TestFile) => string

const ours: Read = ({ bytes }) => {
  const converter = createUtf8Converter(detectEncoding(bytes, true))
  return Buffer.concat([converter.push(bytes), converter.end()]).toString()
}

function libraries(folder: string): Readonly<Record<string, Read>> {
  const require = createRequire(join(folder, 'package.json'))
  const iconv = require('iconv-lite')
  const chardet = require('chardet')
  const jschardet = require('jschardet')
  const decode = (bytes: Buffer, encoding: string | null) =>
    encoding !== null && iconv.encodingExists(encoding) ? iconv.decode(bytes, encoding) : ''
  return {
    chardet: ({ bytes }) => decode(bytes, (chardet.default ?? chardet).detect(bytes)),
    jschardet: ({ bytes }) => decode(bytes, jschardet.detect(bytes).encoding),
  }
}

const [folder] = process.argv.slice(2)
for (const [name, read] of Object.entries({ ours, ...(folder && libraries(folder)) })) {
  const shares = SIZES.map((size) => {
    const files = [...makeFiles(size)]
    return (files.filter((file) => read(file) === file.text).length / files.length).toFixed(3)
  })
  console.log(`| ${name} | ${shares.join(' | ')} |`)
}
