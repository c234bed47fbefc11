/** The most that requests can get here: bare Fastify in as many processes as PROCESSES says, 300 bytes of fixed JSON. */
import cluster from 'node:cluster'
import Fastify from 'fastify'

const BYTES = 300
const empty = JSON.stringify({ status: 'ok', rest: '' })
const body = JSON.stringify({ status: 'ok', rest: 'x'.repeat(BYTES - empty.length) })

if (cluster.isPrimary) {
  for (let count = Number(process.env['PROCESSES']); count > 0; count -= 1) cluster.fork()
  process.on('SIGTERM', () => {
    for (const worker of Object.values(cluster.workers ?? {})) worker?.kill()
    process.exit(0)
  })
} else {
  const app = Fastify()
  app.get('/health', (_request, reply) => {
    reply.type('application/json').send(body)
  })
  await app.listen({ port: Number(process.env['PORT']), host: '127.0.0.1' })
}
