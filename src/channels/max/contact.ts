import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'

/** Absent names and hashes come as null or not at all. */
const contactSchema = z.object({
  type: z.literal('contact'),
  payload: z.object({
    vcf_info: z.string().nullish(),
    hash: z.string().nullish(),
    max_info: z
      .object({ user_id: z.int(), first_name: z.string().nullish(), last_name: z.string().nullish() })
      .nullish(),
  }),
})

export type SharedContact = { phone: string; own: boolean; fullName?: string }

/** The card of an attachment; undefined when it is none. `own` only when the hash proves the card and it is the sender's. */
export function readContact(attachment: unknown, senderId: number, token: string): SharedContact | undefined {
  const contact = contactSchema.safeParse(attachment)
  if (!contact.success) return undefined
  const { vcf_info: card, hash, max_info: owner } = contact.data.payload
  const phone = phoneIn(card ?? '')
  const own = phone !== '' && owner?.user_id === senderId && isSigned(card ?? '', hash ?? '', token)
  const fullName = [owner?.last_name, owner?.first_name].filter(Boolean).join(' ')
  return { phone: own ? international(phone) : phone, own, ...(own && fullName !== '' && { fullName }) }
}

/**
 * `hash` is the hex HMAC-SHA256 of `vcf_info` with the bot's token; only the contact button bears one (dev.max.ru, contact
 * attachment). A card whose line ends came escaped twice is signed with real ones.
 */
function isSigned(card: string, hash: string, token: string): boolean {
  if (!/^[0-9a-f]{64}$/i.test(hash)) return false
  const said = Buffer.from(hash, 'hex')
  const forms = [card, card.replaceAll('\\r\\n', '\r\n')]
  return forms.some((form) => timingSafeEqual(createHmac('sha256', token).update(form).digest(), said))
}

function phoneIn(card: string): string {
  const lines = card.replaceAll('\\r\\n', '\r\n').split(/\r?\n/)
  const tel = lines.map((line) => /^(?:[\w-]+\.)?TEL(?:;[^:]*)?:(?:tel:)?(.+)$/i.exec(line)?.[1]).find(Boolean)
  return tel?.trim() ?? ''
}

/** MAX writes its users' numbers in international form, mostly without the plus. */
function international(phone: string): string {
  return /^[1-79]\d{9,14}$/.test(phone) ? `+${phone}` : phone
}
