import { runCommand } from '../lib/process.ts'
import { secretsCommand } from './commands.ts'
import { createSecrets } from './kept-secrets.ts'

/** `npm run secrets`: prints new secrets as environment variables. It stores them nowhere. */
await runCommand(secretsCommand, async () => {
  const { jwtSecret, encryptionKeys } = createSecrets()
  return {
    text: `JWT_SECRET='${jwtSecret}'\nENCRYPTION_KEYS='${encryptionKeys}'\n`,
    document: { JWT_SECRET: jwtSecret, ENCRYPTION_KEYS: encryptionKeys },
  }
})
