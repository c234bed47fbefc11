import { RedisDriver } from 'bentocache/drivers/redis'
import { nameOf, userOf } from './answer-key.ts'

/** A user who has this many answers begins anew: each change leaves those of older versions behind. */
const MAX_ANSWERS_PER_USER = 64

/** The whole hash expires with the answer that has to go first, and later answers never prolong it. */
const ADD = `
  if redis.call('HLEN', KEYS[1]) >= ${MAX_ANSWERS_PER_USER} then redis.call('UNLINK', KEYS[1]) end
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
  local left = redis.call('PTTL', KEYS[1])
  if left < 0 or left > tonumber(ARGV[3]) then redis.call('PEXPIRE', KEYS[1], ARGV[3]) end`

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
