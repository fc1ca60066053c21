import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Drawing } from './points.ts'
import { chartSvg } from './render.ts'

/** The dashboard's light colours (dashboard/frame/style.ts): a picture has no page to take them from. */
const colours: Record<string, string> = {
  good: '#1c7040',
  busy: '#1f5ba6',
  doubt: '#845400',
  bad: '#b0241c',
  calm: '#665f55',
  accent: '#97481f',
  line: '#ddd8cf',
  muted: '#665f55',
  text: '#23201c',
}

/** The same chart as a picture for a messenger, twice as dense. Its letters come with the service: a server has no fonts. */
export async function chartPng(drawing: Drawing): Promise<Buffer> {
  const svg = (await chartSvg(drawing, 800)).replace(/var\(--(\w+)\)/g, (whole, name: string) => colours[name] ?? whole)
  // Loaded with the first picture, as vega with the first chart.
  const { renderAsync } = await import('@resvg/resvg-js')
  const image = await renderAsync(svg, {
    background: '#ffffff',
    fitTo: { mode: 'zoom', value: 2 },
    font: { fontFiles: [fontFile()], loadSystemFonts: false, defaultFontFamily: 'DejaVu Sans' },
  })
  return image.asPng()
}

function fontFile(): string {
  const require = createRequire(import.meta.url)
  return join(dirname(require.resolve('dejavu-fonts-ttf/package.json')), 'ttf', 'DejaVuSans.ttf')
}
