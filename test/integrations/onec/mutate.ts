import { lex, type Token } from './lex.ts'
import { closingKeywords, type Keyword, keywordOf } from './words.ts'

/** A copy of a file with one mistake a hand makes. */
export type Mutant = { kind: string; line: number; text: string }

/** Every mistake of these kinds that can be made in a module. */
export function moduleMutants(text: string): Mutant[] {
  const { tokens } = lex(text)
  const words = tokens.filter(({ kind }) => kind === 'word')
  const having = (...keywords: readonly Keyword[]) =>
    words.filter(({ text: word }) => keywords.some((keyword) => keywordOf(word) === keyword))
  const signs = (...wanted: string[]) => tokens.filter((token) => token.kind === 'sign' && wanted.includes(token.text))
  const without = (kind: string, spots: readonly Spot[]) => spots.map((spot) => replace(text, kind, spot, ''))
  return [
    ...without('закрывающее слово', having(...closingKeywords)),
    ...without('Тогда', having('then')),
    ...without('Цикл', having('do')),
    ...without('Экспорт', having('export')),
    ...without('скобка', signs('(', ')', '[', ']')),
    ...without('точка с запятой', signs(';')),
    ...without('кавычка', tokens.filter(({ kind }) => kind === 'string').flatMap(quotesOf)),
    ...without('#КонецОбласти', spotsOf(text, /^#КонецОбласти$/gm)),
    ...words.flatMap((word) => latinTwin(text, word)),
    ...misprints(text, tokens),
  ]
}

type Spot = { start: number; end: number; line: number }

function replace(text: string, kind: string, { start, end, line }: Spot, by: string): Mutant {
  return { kind, line, text: text.slice(0, start) + by + text.slice(end) }
}

function quotesOf({ start, end, line }: Token): Spot[] {
  return [
    { start, end: start + 1, line },
    { start: end - 1, end, line },
  ]
}

const twins = new Map(
  Object.entries({ а: 'a', е: 'e', о: 'o', р: 'p', с: 'c', х: 'x', А: 'A', Е: 'E', О: 'O', С: 'C' }),
)

/** One letter of a Russian word typed in the other layout: it looks the same. */
function latinTwin(text: string, word: Token): Mutant[] {
  const at = [...word.text].findIndex((letter) => twins.has(letter))
  const twin = twins.get(word.text[at] ?? '')
  const start = word.start + at
  return twin === undefined || word.text.length < 3
    ? []
    : [replace(text, 'латинская буква', { start, end: start + 1, line: word.line }, twin)]
}

/** A variable, a method or a module read under a wrong name. Names being declared may be anything, so they are left. */
function misprints(text: string, tokens: readonly Token[]): Mutant[] {
  let isDeclaration = false
  return tokens.flatMap((token, index) => {
    const keyword = token.kind === 'word' ? keywordOf(token.text) : undefined
    if (keyword === 'procedure' || keyword === 'function') isDeclaration = true
    else if (token.text === ')') isDeclaration = false
    const before = tokens[index - 1]
    const after = tokens[index + 1]
    const isRead = token.kind === 'word' && keyword === undefined && !isDeclaration && before?.text !== '.'
    const isWritten = after?.text === '=' || after?.text === 'Из'
    return isRead && !isWritten ? [replace(text, 'опечатка в имени', token, `${token.text}я`)] : []
  })
}

/** Every mistake of these kinds that can be made in an XML file of the dump. */
export function xmlMutants(text: string, otherIdentifier: string): Mutant[] {
  const without = (kind: string, pattern: RegExp) => spotsOf(text, pattern).map((spot) => replace(text, kind, spot, ''))
  const misprint = (kind: string, pattern: RegExp) =>
    spotsOf(text, pattern).map((spot) => replace(text, kind, spot, `${text.slice(spot.start, spot.end)}1`))
  return [
    ...without('закрывающий тег', /<\/[^>]+>/g),
    ...without('кавычка', /"/g),
    ...without('угловая скобка', /[<>]/g),
    ...spotsOf(text, identifiers).map((spot) => replace(text, 'повтор идентификатора', spot, otherIdentifier)),
    ...misprint('имя обработчика', /(?<=<(?:MethodName|Action|Event name="[^"]*")>)[^<]+/g),
    ...misprint('путь к данным', /(?<=<(?:DataPath|CommandName)>)[^<]+/g),
    ...misprint('ссылка на объект', /(?<=<xr:Item xsi:type="xr:MDObjectRef">|<object>\s*<name>|cfg:EnumRef\.)[^<]+/g),
    ...misprint('имя объекта', /(?<=<\/?Properties>\s*<Name>)вст_[^<]+/g),
  ]
}

/** The identifiers that are an object's own; those of classes and of adopted objects may be anything. */
export const identifiers = /(?<=uuid="|<xr:TypeId>|<xr:ValueId>|<xr:ObjectId>)[\da-f-]{36}/g

function spotsOf(text: string, pattern: RegExp): Spot[] {
  return [...text.matchAll(pattern)].map((found) => {
    const line = text.slice(0, found.index).split('\n').length
    return { start: found.index, end: found.index + found[0].length, line }
  })
}

/** The same few of each kind in every run: the seed is fixed. */
export function sampleByKind(mutants: readonly Mutant[], perKind: number): Mutant[] {
  const random = mulberry32(20261124)
  return [...groupByKind(mutants).values()].flatMap((each) => {
    const rest = [...each]
    const taken: Mutant[] = []
    while (taken.length < perKind && rest.length > 0) {
      taken.push(...rest.splice(Math.floor(random() * rest.length), 1))
    }
    return taken
  })
}

function groupByKind(mutants: readonly Mutant[]): Map<string, Mutant[]> {
  const kinds = new Map<string, Mutant[]>()
  for (const mutant of mutants) kinds.set(mutant.kind, [...(kinds.get(mutant.kind) ?? []), mutant])
  return kinds
}

function mulberry32(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
