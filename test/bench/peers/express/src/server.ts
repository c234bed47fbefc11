/** As many processes as PROCESSES says, on one port. */
import cluster from 'node:cluster'

if (cluster.isPrimary) {
  for (let count = Number(process.env['PROCESSES']); count > 0; count -= 1) cluster.fork()
  process.on('SIGTERM', () => {
    for (const worker of Object.values(cluster.workers ?? {})) worker?.kill()
    process.exit(0)
  })
} else {
  const { app } = await import('./app.ts')
  app.listen(Number(process.env['PORT']), '127.0.0.1')
}
