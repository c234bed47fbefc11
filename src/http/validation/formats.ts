import { Get, Set as setFormat } from 'typebox/format'

const known = (name: string) => Get(name) ?? (() => false)
const [isDateTime, isEmail] = [known('date-time'), known('email')]

// What the library accepts and JavaScript's dates do not: a time zone in brackets, a leap second.
setFormat('date-time', (text) => isDateTime(text) && !/\[|:60[.Zz+-]/.test(text))

// Addresses one can send mail to: no quotes, a dot in the domain, a local part of 64 at most.
setFormat('email', (text) => isEmail(text) && /^[^"@\s]{1,64}@[^@\s[]+\.[^@\s\]]+$/.test(text))

// Bytes of any kind, in a form: whoever reads them checks them.
setFormat('binary', () => true)
