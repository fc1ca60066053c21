import { lookup as resolve } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import ipaddr from 'ipaddr.js'

/** Where outgoing webhooks may go: to public addresses by https, or anywhere. */
export type Targets = 'public' | 'any'

export class ForbiddenAddress extends Error {
  readonly code = 'address_forbidden'
}

const globalUnicast = ipaddr.parseCIDR('2000::/3')

/** A cloud gives its machines secrets at addresses; this one is public by its number alone (Azure WireServer). */
const metadata = ['168.63.129.16']

/** False for whatever is not surely on the open internet, and for what is no address. */
export function isPublicAddress(address: string): boolean {
  // ipaddr.js reads old forms too, such as 0x7f.1; the socket never gets one.
  if (isIP(address) === 0) return false
  const parsed = ipaddr.process(address)
  if (parsed.range() !== 'unicast' || metadata.includes(parsed.toString())) return false
  return parsed.kind() === 'ipv4' || parsed.match(globalUnicast)
}

/** What is wrong with an address that somebody wants to be called at, in Russian; undefined when nothing. */
export function problemWithUrl(text: string, targets: Targets): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^https?:$/.test(url.protocol)) return 'ожидается адрес вида https://crm.example.ru/vestnik'
  if (url.username !== '' || url.password !== '') return 'имя и пароль в адресе не поддерживаются: запросы подписаны'
  if (targets === 'any') return undefined
  if (url.protocol !== 'https:') return 'ожидается https: в запросах телефоны и тексты'
  return isForbiddenHost(url) ? 'адрес внутренней сети. Ожидается адрес, доступный из интернета' : undefined
}

/** A host that is an address is never looked up, so `guardedLookup` does not see it. URL has made one form of all spellings. */
export function isForbiddenHost(url: URL): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  return isIP(host) !== 0 && !isPublicAddress(host)
}

/**
 * A look-up for the socket itself: what was judged is what is connected to, so a name that answers otherwise the second
 * time gains nothing. One private address among several spoils them all.
 */
export function guardedLookup(lookup: typeof resolve = resolve): LookupFunction {
  return (host, options, callback) => {
    lookup(host, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '')
      const [first] = addresses
      if (!first || addresses.some((each) => !isPublicAddress(each.address)))
        return callback(new ForbiddenAddress(`${host} is not on the open internet`), '')
      if (options.all) callback(null, addresses)
      else callback(null, first.address, first.family)
    })
  }
}
