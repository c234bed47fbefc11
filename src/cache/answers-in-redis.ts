import { RedisDriver } from 'bentocache/drivers/redis'
import { nameOf, userOf } from './answer-key.ts'

/** Answers of one user end together, as only the first of them sets the time: so no hash grows for ever. */
const ADD = `
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
  if redis.call('PTTL', KEYS[1]) < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[3]) end`

/** Answers in Redis, in one hash for each user. What is deleted is such a hash, by its name. */
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
