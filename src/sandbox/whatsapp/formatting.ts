/**
 * What a phone makes of WhatsApp's marks (faq.whatsapp.com, «How to format your messages»): a pair around words hides
 * itself, an address is left alone. There is no escape character.
 */
export function readable(text: string): string {
  return text
    .split(/(https?:\/\/\S+)/)
    .map((part, index) => (index % 2 === 1 ? part : part.split('\n').map(lineOf).join('\n')))
    .join('')
}

function lineOf(line: string): string {
  const begun = line.replace(/^> /, '').replace(/^[*-] /, '• ')
  return ['```', '`', '*', '_', '~'].reduce((words, mark) => words.replace(pairOf(mark), '$1'), begun)
}

function pairOf(mark: string): RegExp {
  const escaped = mark.replace('*', '\\*')
  return new RegExp(`(?<![\\p{L}\\p{N}])${escaped}(?!\\s)([^\\n]*?\\S)${escaped}(?![\\p{L}\\p{N}])`, 'gu')
}
