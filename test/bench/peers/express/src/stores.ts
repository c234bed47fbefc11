import { PrismaPg } from '@prisma/adapter-pg'
import { Redis } from 'ioredis'
import { PrismaClient } from '../generated/client.ts'

export const cache = new Redis(process.env['REDIS_URL'] as string)

export const prisma = new PrismaClient({
  adapter: new PrismaPg({
    connectionString: process.env['DATABASE_URL'] as string,
    max: Number(process.env['POOL_SIZE']),
  }),
})

/** Where the figures of a user are kept. */
export const keyOf = (userId: number): string => `analytics:${userId}`
