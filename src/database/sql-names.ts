/** A name as PostgreSQL takes it in a statement, whatever it holds. */
export const quoteIdentifier = (name: string): string => `"${name.replaceAll('"', '""')}"`
