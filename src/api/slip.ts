import { renderSVG } from 'uqr'
import { escapeMarkup } from '../lib/markup.ts'

/** A QR code as SVG, quiet zone included; M survives a thermal printer's missing dots. */
export function qrSvg(text: string): string {
  return renderSVG(text, { ecc: 'M', border: 4 })
}

/** The strip below the weighing slip, 58 × 78 mm: black on white, in fonts that every printer's machine has. */
export function slipSvg(url: string, companyName: string | undefined): string {
  const lines = ['Узнайте о выплате сразу', 'Наведите камеру телефона', 'и выберите свой мессенджер']
  const [title, ...rest] = companyName === undefined ? lines : [companyName, ...lines]
  const text = (words: string, y: number, size: number, more = '') =>
    `<text x="29" y="${y}" font-size="${size}" text-anchor="middle"${more}>${escapeMarkup(words)}</text>`
  const qr = qrSvg(url).replace(/^<svg /, '<svg x="7" y="8" width="44" height="44" ')
  return [
    '<svg xmlns="http://www.w3.org/2000/svg" width="58mm" height="78mm" viewBox="0 0 58 78" font-family="Arial, sans-serif">',
    '<rect width="58" height="78" fill="#fff"/>',
    fitted(title ?? '', 6, 4),
    qr,
    ...rest.map((line, at) => text(line, 57 + at * 5, 3.4)),
    text('Ссылка одноразовая, только для вас', 75, 2.6),
    '</svg>',
  ].join('')

  function fitted(words: string, y: number, size: number): string {
    const isLong = words.length > 22
    return text(
      words,
      y,
      size,
      ` font-weight="bold"${isLong ? ' textLength="54" lengthAdjust="spacingAndGlyphs"' : ''}`,
    )
  }
}
