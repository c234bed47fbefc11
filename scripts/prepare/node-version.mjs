// Imported before everything else, so that an old Node.js says what is wrong instead of failing
// somewhere later.
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(
    `Passbook needs Node.js 20.19 or newer, and this is ${process.versions.node}; install a newer one from https://nodejs.org.`,
  )
  process.exit(1)
}
