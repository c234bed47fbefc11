/** The letters beyond ASCII of languages that are written alike, most frequent first. */
interface Language {
  readonly letters: string
  /** How much less likely each letter is than the one before it, as a logarithm. */
  readonly step: number
  /** The logarithm of the first letter's share. */
  readonly first: number
}

const european = (letters: string): Language => ({ letters, step: 0.25, first: -1 })
/** Letters of several languages, as lists of people have them. */
const mixed = (letters: string): Language => ({ letters, step: 0.1, first: -2.2 })
/** All letters of a text are of the script, so that each is rarer. */
const cyrillic = (letters: string): Language => ({ letters, step: 0.1, first: -1.8 })

export const LANGUAGES: readonly Language[] = [
  european('üäößé'), // German
  european('éèàêçôîûùâëïœüÿæ'), // French
  european('óíáéñúü'), // Spanish
  european('ãçáéóíêõúâôà'), // Portuguese
  european('àèùòéì'), // Italian
  european('äåöéøæ'), // Nordic
  european('íáðþæéóúýö'), // Icelandic
  mixed('éüöäáíóèñçåøæãàêôßúëïõâîûòùìýð'),
  european('ąłęóśżćńź'), // Polish
  european('íáéěřčýžšůúňťďóľô'), // Czech, Slovak
  european('áéőöüíóúű'), // Hungarian
  european('ăîâșțşţ'), // Romanian
  european('čžšćđ'), // Croatian, Slovene
  mixed('áéíóčšžřěýůłąęśżńćőüöäúťňďľźűăţşđ'),
  cyrillic('оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё'), // Russian, Bulgarian
  cyrillic('оанивертсілдкумпзяьбгчйєхцїжюшщфґ'), // Ukrainian
]
