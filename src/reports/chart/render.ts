import type { Config } from 'vega'
import type { Drawing } from './points.ts'
import { specOf } from './spec.ts'

const config: Config = {
  locale: { number: { decimal: ',', thousands: '\u00a0', grouping: [3], currency: ['', ''] } },
}

/** An SVG for a page: its colours are the page's, and it says nothing to a screen reader, who has the table. */
export async function chartSvg(drawing: Drawing, width: number): Promise<string> {
  // Loaded with the first chart: the start of the service does not wait for it.
  const { parse, View } = await import('vega')
  const view = new View(parse(specOf(drawing, width), config), { renderer: 'none' })
  try {
    const svg = await view.toSVG()
    return svg
      .replace('<svg ', '<svg aria-hidden="true" ')
      .replace(/ (?:role|aria-roledescription|aria-label)="[^"]*"/g, '')
  } finally {
    view.finalize()
  }
}
