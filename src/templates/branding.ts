import type { AnswerWord, Button, Message } from '../channels/message.ts'
import { addressOf } from '../lib/russian/names.ts'
import { greetingAt, wallTime } from '../lib/russian/time.ts'
import type { Branding, Facts, TemplateEvent } from './facts.ts'
import type { Template } from './template.ts'

/** The text of a template in its branding: a greeting above it, a signature below, the logo, buttons. Each only where it is set. */
export function branded(body: string, template: Template, facts: Facts): Message {
  const { branding, event } = facts
  const parts = [greetingFor(template, facts), body, signatureFor(template, branding)]
  const buttons = [...answersFor(branding), ...linksFor(event, branding).map((link) => [link])]
  return {
    text: parts.filter(Boolean).join('\n\n'),
    ...(branding.logoUrl === undefined ? {} : { picture: { url: branding.logoUrl } }),
    ...(buttons.length === 0 ? {} : { buttons }),
  }
}

/** Until when a greeting of this moment is right; null where there is none. */
export function greetingUntil(template: Template, facts: Facts): Date | null {
  if (greetingFor(template, facts) === undefined && !template.mentions('приветствие')) return null
  const { hour, minute, second } = wallTime(facts.now, facts.zone)
  const next = Array.from({ length: 24 }, (_, i) => hour + 1 + i).find(
    (each) => greetingAt(each % 24) !== greetingAt(hour),
  )
  if (next === undefined) return null
  return new Date(facts.now.getTime() + ((next - hour) * 3600 - minute * 60 - second) * 1000)
}

/** A text that greets or addresses the client itself does it once. */
function greetingFor(template: Template, { branding, event, now, zone }: Facts): string | undefined {
  if (branding.greeting !== true || template.mentions('приветствие') || template.mentions('обращение')) return undefined
  const address = event.client.fullName === undefined ? undefined : addressOf(event.client.fullName)
  const greeting = greetingAt(wallTime(now, zone).hour)
  return address === undefined ? `${greeting}!` : `${greeting}, ${address}!`
}

/** A text that names the company itself needs no more of its name. */
function signatureFor(template: Template, { companyName, signature }: Branding): string | undefined {
  if (signature !== undefined) return signature
  return template.mentions('компания') ? undefined : companyName
}

const answerTexts: Record<AnswerWord, string> = { ok: 'Понятно', question: 'Вопрос по выплате' }

function answersFor({ answers = [] }: Branding): Button[][] {
  if (answers.length === 0) return []
  return [answers.map((word) => ({ kind: 'callback', text: answerTexts[word], payload: word }))]
}

function linksFor(event: TemplateEvent, { companySite, feedbackUrl }: Branding): Button[] {
  const buttons: Button[] = []
  // Whoever waits for money in vain is not asked how he liked it.
  const isBadNews = event.type === 'payout.delayed' || event.type === 'payout.failed'
  if (feedbackUrl !== undefined && !isBadNews) buttons.push({ kind: 'link', text: 'Оставить отзыв', url: feedbackUrl })
  if (companySite !== undefined) buttons.push({ kind: 'link', text: 'Наш сайт', url: companySite })
  return buttons
}
