import type { ReadyAnswer } from '../../src/lib/answers/ready-answer.ts'

/** What a ready answer says. */
export const contentOf = <T>({ identity }: ReadyAnswer<T>): T =>
  JSON.parse(identity.bytes.toString())
