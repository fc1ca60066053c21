/** A strict reader of the XML a Designer dump is made of: no DTD, no CDATA, no processing instructions but the first. */
export type XmlElement = {
  name: string
  attributes: ReadonlyMap<string, string>
  children: XmlElement[]
  text: string
  line: number
}

export class XmlError extends Error {}

type Reader = { source: string; at: number; line: number }

const prolog = '\uFEFF<?xml version="1.0" encoding="UTF-8"?>'
const nameText = '[\\p{L}_][\\p{L}\\p{Nd}_.-]*(?::[\\p{L}_][\\p{L}\\p{Nd}_.-]*)?'
const openTag = new RegExp(`<(${nameText})`, 'uy')
const attribute = new RegExp(`\\s+(${nameText})="([^"<]*)"`, 'uy')
const closeTag = new RegExp(`</(${nameText})\\s*>`, 'uy')
const tagEnd = /\s*(\/?)>/y
const textRun = /[^<]+/y
const comment = /<!--(?:(?!--)[\s\S])*-->/y

export function parseXml(source: string): XmlElement {
  if (!source.startsWith(prolog)) throw new XmlError('нет BOM и заголовка XML')
  const reader: Reader = { source, at: prolog.length, line: 1 }
  take(reader, /\s*/y)
  const root = readElement(reader, new Set(['xml']))
  take(reader, /\s*/y)
  if (reader.at !== source.length) throw fail(reader, 'текст после корневого элемента')
  return root
}

function take(reader: Reader, pattern: RegExp): RegExpExecArray | undefined {
  pattern.lastIndex = reader.at
  const found = pattern.exec(reader.source)
  if (!found) return undefined
  reader.at += found[0].length
  reader.line += found[0].split('\n').length - 1
  return found
}

function readElement(reader: Reader, outerPrefixes: ReadonlySet<string>): XmlElement {
  const { line } = reader
  const name = take(reader, openTag)?.[1]
  if (name === undefined) throw fail(reader, 'ожидался элемент')
  const attributes = readAttributes(reader)
  const prefixes = new Set(outerPrefixes)
  for (const key of attributes.keys()) if (key.startsWith('xmlns:')) prefixes.add(key.slice('xmlns:'.length))
  for (const used of [name, ...attributes.keys()]) {
    const prefix = used.includes(':') ? used.slice(0, used.indexOf(':')) : undefined
    if (prefix !== undefined && prefix !== 'xmlns' && !prefixes.has(prefix)) throw fail(reader, `префикс ${prefix}`)
  }
  const end = take(reader, tagEnd)
  if (!end) throw fail(reader, `тег ${name} не закончен`)
  const element: XmlElement = { name, attributes, children: [], text: '', line }
  if (end[1] !== '/') readContent(reader, element, prefixes)
  return element
}

function readAttributes(reader: Reader): Map<string, string> {
  const attributes = new Map<string, string>()
  for (let found = take(reader, attribute); found; found = take(reader, attribute)) {
    const [, key = '', value = ''] = found
    if (attributes.has(key)) throw fail(reader, `второй атрибут ${key}`)
    attributes.set(key, decode(reader, value))
  }
  return attributes
}

function readContent(reader: Reader, element: XmlElement, prefixes: ReadonlySet<string>): void {
  for (;;) {
    const text = take(reader, textRun)
    if (text) element.text += decode(reader, text[0])
    if (take(reader, comment)) continue
    if (!reader.source.startsWith('</', reader.at)) {
      element.children.push(readElement(reader, prefixes))
      continue
    }
    if (take(reader, closeTag)?.[1] !== element.name) throw fail(reader, `не закрыт ${element.name}`)
    if (element.children.length > 0 && element.text.trim() !== '') throw fail(reader, `текст среди элементов`)
    return
  }
}

const entities = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
])

function decode(reader: Reader, text: string): string {
  return text.replace(/&([^;]*);?/g, (_whole, name: string) => {
    const value = entities.get(name)
    if (value === undefined) throw fail(reader, `знак & или имя ${name}`)
    return value
  })
}

function fail(reader: Reader, message: string): XmlError {
  return new XmlError(`${reader.line}: ${message}`)
}

export function descendants(element: XmlElement): XmlElement[] {
  return element.children.flatMap((child) => [child, ...descendants(child)])
}

export function childOf(element: XmlElement | undefined, ...path: string[]): XmlElement | undefined {
  return path.reduce((at, name) => at?.children.find((child) => child.name === name), element)
}

/** The text of a child, "" when there is none. */
export function textOf(element: XmlElement | undefined, ...path: string[]): string {
  return childOf(element, ...path)?.text.trim() ?? ''
}
