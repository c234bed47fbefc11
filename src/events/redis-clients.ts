import { createIORedisClient, RedisConnection } from 'bullmq'
import type { RedisOptions } from 'ioredis'
import { ListenedRedis } from '../lib/redis.ts'

/**
 * Has BullMQ use clients that keep an error listener. It removes its own when it closes; with Redis
 * away they go on connecting.
 */
export function useListenedClients(): void {
  RedisConnection.clientFactory = (given) => {
    const { url, ...options } = given as RedisOptions & { readonly url: string }
    return createIORedisClient(new ListenedRedis(url, options))
  }
}
