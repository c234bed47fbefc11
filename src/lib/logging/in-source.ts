import { readFileSync } from 'node:fs'
import { SourceMap } from 'node:module'
import { fileURLToPath } from 'node:url'

/** A line of a stack that names one of our compiled files. */
const FRAME = /(file:\/\/[^\s()]+\/dist\/[^\s()]+\.js):(\d+):(\d+)/
const maps = new Map<string, SourceMap | undefined>()

function readMap(url: string): SourceMap | undefined {
  try {
    return new SourceMap(JSON.parse(readFileSync(`${fileURLToPath(url)}.map`, 'utf8')))
  } catch {
    return undefined
  }
}

function mapOf(url: string): SourceMap | undefined {
  if (!maps.has(url)) maps.set(url, readMap(url))
  return maps.get(url)
}

/**
 * A line of a stack, with the place in our source instead of the compiled one. It reads the file's
 * map when it first needs it: Node.js would keep the maps of all files, which takes 13 MB.
 */
export function inSource(line: string): string {
  return line.replace(FRAME, (compiled, url: string, row: string, column: string) => {
    const entry = mapOf(url)?.findEntry(Number(row) - 1, Number(column) - 1)
    if (entry === undefined || !('originalSource' in entry)) return compiled
    const source = new URL(entry.originalSource, url).href
    return `${source}:${entry.originalLine + 1}:${entry.originalColumn + 1}`
  })
}
