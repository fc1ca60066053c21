export const maxDepth = 32
export const maxValues = 250_000

/** What of a JSON text would overflow the stack or fill the memory, found before it is parsed: one pass over the text. */
export function beyondLimits(text: string): 'depth' | 'values' | undefined {
  let depth = 0
  let values = 0
  let isInString = false
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (isInString) {
      if (code === backslash) i++
      else if (code === quote) isInString = false
      continue
    }
    if (code === quote) isInString = true
    else if (code === openBrace || code === openBracket) depth++
    else if (code === closeBrace || code === closeBracket) depth--
    else if (code === comma) values++
    if (depth > maxDepth) return 'depth'
    if (values > maxValues) return 'values'
  }
  return undefined
}

const quote = 0x22
const comma = 0x2c
const openBracket = 0x5b
const backslash = 0x5c
const closeBracket = 0x5d
const openBrace = 0x7b
const closeBrace = 0x7d
