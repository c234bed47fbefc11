import { styleText } from 'node:util'

/** A style of Node's `styleText`. */
export type Style = Parameters<typeof styleText>[0]
/** Gives text a style where colours are shown, else leaves it as it is. */
export type Paint = (style: Style, text: string) => string

/** What tells whether a stream shows colours. */
interface Output {
  readonly isTTY?: boolean
  hasColors?(): boolean
}

/** Whether colours were asked for though the output is no terminal. */
const isForced = ({ FORCE_COLOR = '0' }: NodeJS.ProcessEnv) =>
  FORCE_COLOR !== '0' && FORCE_COLOR !== 'false'

/** Paints for a stream. Respects NO_COLOR, FORCE_COLOR and what the terminal can do. */
export function createPaint(output: Output, env: NodeJS.ProcessEnv = process.env): Paint {
  const shows = output.isTTY === true ? (output.hasColors?.() ?? false) : isForced(env)
  return shows
    ? (style, text) => styleText(style, text, { validateStream: false })
    : (_style, text) => text
}
