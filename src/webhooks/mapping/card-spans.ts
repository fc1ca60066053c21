export type Span = { start: number; end: number }

/** The first card numbers of a text, up to `limit`, in its order. One pass over the text, whatever it holds. */
export function cardSpans(text: string, limit: number): Span[] {
  if (text.length < 13 || !candidate.test(text)) return []
  const plain = withoutLookalikes(text)
  const spans: Span[] = []
  let run: Span[] = []
  for (
    let group = nextGroup(plain, 0);
    group !== undefined && spans.length < limit;
    group = nextGroup(plain, group.end)
  ) {
    const isContinued = isJoined(plain, run.at(-1), group)
    if (!isContinued || run.length === maxRun) {
      addCards(plain, run, spans)
      run = isContinued ? run.slice(-4) : []
    }
    run.push(group)
  }
  if (spans.length < limit) addCards(plain, run, spans)
  return spans
}

/** A longer run is looked at in parts that overlap by what a card can begin with. */
const maxRun = 64

const candidate = /[\d０-９](?:[\s./\u00ad\u200b-\u200f\u2010-\u2015\u2060\u2212\ufeff_-]{0,3}[\d０-９]){12}/

function nextGroup(text: string, from: number): Span | undefined {
  let start = from
  while (start < text.length && !isDigit(text.charCodeAt(start))) start++
  if (start === text.length) return undefined
  let end = start
  while (end < text.length && isDigit(text.charCodeAt(end))) end++
  return { start, end }
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

/** Digits of one number stand at most three blanks, dashes or invisible characters apart, or a point between fours. */
function isJoined(text: string, before: Span | undefined, after: Span): boolean {
  if (before === undefined) return true
  const gap = after.start - before.end
  if (gap > 3) return false
  const between = text.slice(before.end, after.start)
  return joint.test(between) || ((between === '.' || between === '/') && sizeOf(before) === 4)
}

const joint = /^[\s\u00ad\u200b-\u200f\u2010-\u2015\u2060\u2212\ufeff_-]+$/

function addCards(text: string, run: readonly Span[], spans: Span[]): void {
  const total = run.reduce((sum, group) => sum + sizeOf(group), 0)
  if (total < 13) return
  if (total <= 19 && isCard(text, run, 0, run.length)) {
    addSpan(spans, spanOf(run, 0, run.length))
    return
  }
  for (let first = 0; first < run.length; first++) {
    const length = cardLengthAt(text, run, first)
    if (length === 0) continue
    addSpan(spans, spanOf(run, first, length))
    first += length - 1
  }
}

function addSpan(spans: Span[], span: Span): void {
  if (span.start >= (spans.at(-1)?.end ?? 0)) spans.push(span)
}

/** How many groups from `first` are a card. Among other digits, only groups as cards are written count. */
function cardLengthAt(text: string, run: readonly Span[], first: number): number {
  const size = sizeOf(run[first])
  if (size >= 13) return isCard(text, run, first, 1) ? 1 : 0
  for (const shape of shapes) {
    if (shape[0] !== size) continue
    const fits = shape.every((length, i) => sizeOf(run[first + i]) === length)
    if (fits && isCard(text, run, first, shape.length)) return shape.length
  }
  return 0
}

const shapes = [
  [4, 4, 4, 4, 3],
  [4, 4, 4, 4, 2],
  [4, 4, 4, 4, 1],
  [4, 4, 4, 4],
  [4, 4, 4, 1],
  [4, 6, 5],
  [4, 6, 4],
  [6, 10],
  [8, 8],
]

function sizeOf(group: Span | undefined): number {
  return group === undefined ? 0 : group.end - group.start
}

function spanOf(run: readonly Span[], first: number, length: number): Span {
  return { start: run[first]?.start ?? 0, end: run[first + length - 1]?.end ?? 0 }
}

function isCard(text: string, run: readonly Span[], first: number, length: number): boolean {
  let digits = ''
  for (let i = first; i < first + length; i++) digits += text.slice(run[i]?.start, run[i]?.end)
  return digits.length >= 13 && digits.length <= 19 && passesLuhn(digits) && !compactMoment.test(digits)
}

/** «20251123124300»: no card of 14 digits begins with 19 or 20. */
const compactMoment = /^(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])([01]\d|2[0-3])[0-5]\d[0-5]\d$/

function passesLuhn(digits: string): boolean {
  let sum = 0
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 48
    const doubled = digit * 2
    sum += i % 2 === 0 ? digit : doubled > 9 ? doubled - 9 : doubled
  }
  return sum % 10 === 0
}

/** GUIDs, long hex, ISO days and the fraction of a written number are blanked, keeping every position. */
function withoutLookalikes(text: string): string {
  return text
    .replace(/[０-９]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0xff10 + 48))
    .replace(/(?<![0-9a-f])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![0-9a-f])/gi, blank)
    .replace(/(?<![0-9a-z])(?=[0-9]{0,60}[a-f])[0-9a-f]{32,64}(?![0-9a-z])/gi, blank)
    .replace(/(?<!\d)(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?!\d)/g, blank)
    .replace(/(?<=^\s*-?\d{1,19}[.,])\d{1,60}(?=\s*$)/, blank)
}

function blank(found: string): string {
  return '#'.repeat(found.length)
}
