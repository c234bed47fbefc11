// Imported first, so that an old Node.js fails with a clear message and not somewhere later.
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(
    `Passbook needs Node.js 20.19 or newer, but this is ${process.versions.node}; install a newer one from https://nodejs.org.`,
  )
  process.exit(1)
}
