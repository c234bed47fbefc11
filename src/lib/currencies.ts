/**
 * The currencies of ISO 4217 by their minor digits, as list one of the maintenance agency (SIX) had them on
 * 2026-01-01. Codes that have no minor unit, such as XAU, have none here either. No package on npm is as new.
 */
const CODES_BY_DIGITS: readonly (readonly [digits: number, codes: string])[] = [
  [
    0,
    `BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XAG XAU XBA XBB XBC XBD XDR XOF XPD
    XPF XPT XSU XTS XUA XXX`,
  ],
  [
    2,
    `AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF
    CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD
    GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL
    MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR
    PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP
    TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG`,
  ],
  [3, 'BHD IQD JOD KWD LYD OMR TND'],
  [4, 'CLF UYW'],
]

/** A currency that is no longer one. Transactions of its time stay as they were booked. */
interface Retired {
  readonly digits: number
  readonly replacement: string
}

/** Currencies that Passbook took until ISO 4217 withdrew them. */
const RETIRED: ReadonlyMap<string, Retired> = new Map([
  ['ANG', { digits: 2, replacement: 'XCG' }],
  ['BGN', { digits: 2, replacement: 'EUR' }],
  ['CUC', { digits: 2, replacement: 'CUP' }],
])

const DIGITS: ReadonlyMap<string, number> = new Map([
  ...CODES_BY_DIGITS.flatMap(([digits, codes]) =>
    codes.split(/\s+/).map((code): [string, number] => [code, digits]),
  ),
  ...[...RETIRED].map(([code, { digits }]): [string, number] => [code, digits]),
])

/** The minor digits of a currency, also of a retired one; undefined if there is no such currency. */
export const minorDigits = (currency: string): number | undefined => DIGITS.get(currency)

/** The currency that replaced a retired one; undefined for any other. */
export const replacementOf = (currency: string): string | undefined =>
  RETIRED.get(currency)?.replacement
