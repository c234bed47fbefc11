import { RedisDriver } from 'bentocache/drivers/redis'
import { nameOf, userOf } from './answer-key.ts'

/**
 * Only a user's first answer sets the expiry: the whole hash expires then, so it cannot grow
 * forever.
 */
const ADD = `
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
  if redis.call('PTTL', KEYS[1]) < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[3]) end`

/** Answers in Redis, in one hash per user. A delete removes a user's whole hash. */
export class AnswersInRedis extends RedisDriver {
  override async get(key: string): Promise<string | undefined> {
    const hash = this.getItemKey(userOf(key))
    return (await this.getConnection().hget(hash, nameOf(key))) ?? undefined
  }

  override async set(key: string, answer: string, milliseconds: number): Promise<boolean> {
    const hash = this.getItemKey(userOf(key))
    await this.getConnection().eval(ADD, 1, hash, nameOf(key), answer, milliseconds)
    return true
  }
}
