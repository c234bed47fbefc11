import { createSecrets } from './kept-secrets.ts'

/** Prints fresh secrets as environment variables. They are not kept anywhere. */
const { jwtSecret, encryptionKeys } = createSecrets()
process.stdout.write(`JWT_SECRET='${jwtSecret}'\nENCRYPTION_KEYS='${encryptionKeys}'\n`)
