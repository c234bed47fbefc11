import { PLAIN_NUMBERS } from '../../../../src/csv/types/number-format.ts'
import type { ImportOptions } from '../../../../src/features/imports/kinds/options.ts'

/** A statement as a bank writes it, how to read it, and what is booked, oldest first. */
export interface Layout {
  readonly file: string
  readonly encoding?: BufferEncoding
  readonly options: Partial<ImportOptions>
  /** Day, type, amount, currency and description. */
  readonly booked: readonly (readonly [string, string, string, string, string | undefined])[]
}

const ACCOUNTING = { ...PLAIN_NUMBERS, accounting: true } as const
const COMMA = { ...ACCOUNTING, decimal: ',', isDeclared: true } as const

const lines = (...rows: readonly string[]): string => `${rows.join('\r\n')}\r\n`

/** Layouts of banks of several countries. Their rows are invented. */
export const LAYOUTS: Readonly<Record<string, Layout>> = {
  'a German direct bank: preamble, two-digit years, the euro sign': {
    file: lines(
      '"Girokonto";"DE00 0000 0000 0000 0000 00"',
      '""',
      '"Kontostand vom 02.02.2026:";"1.227,56 €"',
      '""',
      '"Buchungsdatum";"Wertstellung";"Status";"Zahlungsempfänger*in";"Verwendungszweck";"Betrag (€)"',
      '"02.02.26";"02.02.26";"Gebucht";"Bäckerei Krume";"Brot";"-7,00 €"',
      '"31.01.26";"31.01.26";"Gebucht";"Werk Eins";"Lohn Januar";"1.234,56 €"',
    ),
    options: {
      fieldColumns: {
        transaction_date: 'Buchungsdatum',
        transaction_amount: 'Betrag (€)',
        description: 'Verwendungszweck',
      },
      dateOrder: 'dmy',
      numbers: ACCOUNTING,
    },
    booked: [
      ['2026-01-31', 'credit', '1234.56', 'EUR', 'Lohn Januar'],
      ['2026-02-02', 'debit', '7.00', 'EUR', 'Brot'],
    ],
  },
  'a German savings bank: Latin-1, a column for the currency': {
    encoding: 'latin1',
    file: lines(
      '"Auftragskonto";"Buchungstag";"Valutadatum";"Buchungstext";"Verwendungszweck";"Begünstigter";"Betrag";"Währung"',
      '"DE0000";"15.01.2026";"15.01.2026";"FOLGELASTSCHRIFT";"Strom für Januar";"Stadtwerke";"-86,10";"EUR"',
      '"DE0000";"30.01.2026";"30.01.2026";"GUTSCHRIFT";"Rückzahlung";"Finanzamt";"1.020,00";"EUR"',
    ),
    options: {
      fieldColumns: {
        transaction_date: 'Buchungstag',
        transaction_amount: 'Betrag',
        description: 'Verwendungszweck',
        currency: 'Währung',
      },
      numbers: { ...PLAIN_NUMBERS, decimal: ',', thousands: '.' },
    },
    booked: [
      ['2026-01-15', 'debit', '86.10', 'EUR', 'Strom für Januar'],
      ['2026-01-30', 'credit', '1020.00', 'EUR', 'Rückzahlung'],
    ],
  },
  'a Swiss bank: credits and debits in two columns, apostrophes, a footer': {
    file: lines(
      'Datum von:;01.01.2026',
      'Konto:;CH00 0000',
      'Währung:;CHF',
      '',
      'Datum;Avisierungstext;Gutschrift in CHF;Lastschrift in CHF;Saldo in CHF',
      "29.01.2026;Miete;;-1'850.00;2'150.00",
      "25.01.2026;Lohn;4'000.05;;4'000.00",
      '',
      'Disclaimer:',
      'Der Dokumentinhalt wurde durch Filtereinstellungen generiert.',
    ),
    options: {
      fieldColumns: {
        transaction_date: 'Datum',
        credit: 'Gutschrift in CHF',
        debit: 'Lastschrift in CHF',
        description: 'Avisierungstext',
      },
      currency: 'CHF',
      numbers: ACCOUNTING,
    },
    booked: [
      ['2026-01-25', 'credit', '4000.05', 'CHF', 'Lohn'],
      ['2026-01-29', 'debit', '1850.00', 'CHF', 'Miete'],
    ],
  },
  'a British bank: debits and credits without signs': {
    file: lines(
      'Transaction Date,Transaction Type,Sort Code,Account Number,Transaction Description,Debit Amount,Credit Amount,Balance',
      '14/01/2026,DEB,\'00-00-00,00000000,CORNER SHOP,12.50,,"1,987.50"',
      '13/01/2026,FPI,\'00-00-00,00000000,A N OTHER,,"2,000.00","2,000.00"',
    ),
    options: {
      fieldColumns: {
        transaction_date: 'Transaction Date',
        description: 'Transaction Description',
        debit: 'Debit Amount',
        credit: 'Credit Amount',
      },
      currency: 'GBP',
      numbers: { ...PLAIN_NUMBERS, thousands: ',' },
    },
    booked: [
      ['2026-01-13', 'credit', '2000.00', 'GBP', 'A N OTHER'],
      ['2026-01-14', 'debit', '12.50', 'GBP', 'CORNER SHOP'],
    ],
  },
  'a British bank without a header': {
    file: lines('05/01/2026,CARD PAYMENT TO CAFE,-3.20', '16/01/2026,SALARY,"2,150.00"'),
    options: {
      fieldColumns: {
        transaction_date: 'column_1',
        description: 'column_2',
        transaction_amount: 'column_3',
      },
      currency: 'GBP',
      dialect: { header: false },
      numbers: ACCOUNTING,
    },
    booked: [
      ['2026-01-05', 'debit', '3.20', 'GBP', 'CARD PAYMENT TO CAFE'],
      ['2026-01-16', 'credit', '2150.00', 'GBP', 'SALARY'],
    ],
  },
  'a bank of the United States: months first, a column that repeats the sign': {
    file: lines(
      'Details,Posting Date,Description,Amount,Type,Balance,Check or Slip #',
      'DEBIT,01/14/2026,"GROCER #12, SPRINGFIELD",-54.10,DEBIT_CARD,945.90,,',
      'CREDIT,01/02/2026,PAYROLL,1000.00,ACH_CREDIT,1000.00,,',
    ),
    options: {
      fieldColumns: {
        transaction_date: 'Posting Date',
        description: 'Description',
        transaction_amount: 'Amount',
      },
    },
    booked: [
      ['2026-01-02', 'credit', '1000.00', 'USD', 'PAYROLL'],
      ['2026-01-14', 'debit', '54.10', 'USD', 'GROCER #12, SPRINGFIELD'],
    ],
  },
  'an Indian bank: two-digit years, lakhs, zeros in the other column': {
    file: lines(
      'Date     ,Narration ,Value Dat,Debit Amount ,Credit Amount ,Chq/Ref Number ,Closing Balance',
      '01/01/26 ,UPI-TEA STALL ,01/01/26 ,120.00 ,0.00 ,0000600001 ,"99,880.00"',
      '31/01/26 ,NEFT CR-SALARY ,31/01/26 ,0.00 ,"1,23,456.78",0000600002 ,"2,23,336.78"',
    ),
    options: {
      fieldColumns: {
        transaction_date: 'Date',
        description: 'Narration',
        debit: 'Debit Amount',
        credit: 'Credit Amount',
        reference: 'Chq/Ref Number',
      },
      currency: 'INR',
      dateOrder: 'dmy',
      numbers: ACCOUNTING,
    },
    booked: [
      ['2026-01-01', 'debit', '120.00', 'INR', 'UPI-TEA STALL'],
      ['2026-01-31', 'credit', '123456.78', 'INR', 'NEFT CR-SALARY'],
    ],
  },
  'a Dutch bank: words for the type': {
    file: lines(
      '"Datum";"Naam / Omschrijving";"Rekening";"Af Bij";"Bedrag (EUR)";"Mededelingen"',
      '"13-01-2026";"Kiosk";"NL00";"Af";"4,95";"Krant"',
      '"14-01-2026";"Werkgever";"NL00";"Bij";"2100,00";"Salaris"',
    ),
    options: {
      fieldColumns: {
        transaction_date: 'Datum',
        transaction_type: 'Af Bij',
        transaction_amount: 'Bedrag (EUR)',
        description: 'Mededelingen',
      },
      currency: 'EUR',
      numbers: COMMA,
    },
    booked: [
      ['2026-01-13', 'debit', '4.95', 'EUR', 'Krant'],
      ['2026-01-14', 'credit', '2100.00', 'EUR', 'Salaris'],
    ],
  },
  'a French bank: narrow blanks, one column of debits': {
    file: lines(
      'Date;Libellé;Débit euros;Crédit euros;',
      '13/01/2026;PAIEMENT CB;-1\u202f024,30;;',
      '15/01/2026;VIREMENT;;2\u202f000,00;',
    ),
    options: {
      fieldColumns: {
        transaction_date: 'Date',
        description: 'Libellé',
        debit: 'Débit euros',
        credit: 'Crédit euros',
      },
      currency: 'EUR',
      numbers: ACCOUNTING,
    },
    booked: [
      ['2026-01-13', 'debit', '1024.30', 'EUR', 'PAIEMENT CB'],
      ['2026-01-15', 'credit', '2000.00', 'EUR', 'VIREMENT'],
    ],
  },
  'a Polish bank: the currency behind the amount': {
    file: lines(
      '#Data operacji;#Opis operacji;#Rachunek;#Kategoria;#Kwota',
      '2026-01-13;SKLEP;konto;Zakupy;-1 234,50 PLN',
      '2026-01-14;PRZELEW;konto;Wpływy;5 000,00 PLN',
    ),
    options: {
      fieldColumns: {
        transaction_date: '#Data operacji',
        description: '#Opis operacji',
        transaction_amount: '#Kwota',
      },
      numbers: ACCOUNTING,
    },
    booked: [
      ['2026-01-13', 'debit', '1234.50', 'PLN', 'SKLEP'],
      ['2026-01-14', 'credit', '5000.00', 'PLN', 'PRZELEW'],
    ],
  },
  'an online bank: times, a column of currencies': {
    file: lines(
      'Type,Product,Started Date,Completed Date,Description,Amount,Fee,Currency,State,Balance',
      'CARD_PAYMENT,Current,2026-01-13 09:15:02,2026-01-14 03:00:00,Bakery,-3.90,0.00,EUR,COMPLETED,96.10',
      'TOPUP,Current,2026-01-15 10:00:00,2026-01-15 10:00:01,Top-up,100,0.00,JPY,COMPLETED,100',
    ),
    options: {
      fieldColumns: { transaction_date: 'Started Date', transaction_amount: 'Amount' },
    },
    booked: [
      ['2026-01-13', 'debit', '3.90', 'EUR', 'Bakery'],
      ['2026-01-15', 'credit', '100', 'JPY', 'Top-up'],
    ],
  },
  'a Brazilian bank: the sign behind the amount': {
    file: lines(
      'Data;Lançamento;Valor',
      '31/01/2026;PIX RECEBIDO;R$ 1.500,00',
      '01/02/2026;CONTA DE LUZ;R$ 120,45-',
    ),
    options: {
      fieldColumns: {
        transaction_date: 'Data',
        description: 'Lançamento',
        transaction_amount: 'Valor',
      },
      numbers: ACCOUNTING,
    },
    booked: [
      ['2026-01-31', 'credit', '1500.00', 'BRL', 'PIX RECEBIDO'],
      ['2026-02-01', 'debit', '120.45', 'BRL', 'CONTA DE LUZ'],
    ],
  },
}
