/** What must not stand in the text of a template, with the reason an author can act on. */
export type Finding = { index: number; message: string; severity: 'error' | 'warning' }

/** Identity papers and full card numbers have no place in a messenger, whoever wrote them. */
export function forbiddenData(text: string): Finding[] {
  const named = found(
    text,
    /(?<!\p{L})(?:паспорт\p{L}*|ИНН|СНИЛС|CVV|CVC|ПИН-код\p{L}*|номер(?:а|ом)? счёта|номер(?:а|ом)? счета|прописк\p{L}*|адрес\p{L}* регистрации)(?!\p{L})/giu,
    (word) => `«${word}»: документы и полные реквизиты в сообщениях не пишут.`,
  )
  const cards = [...text.matchAll(/(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)/g)]
    .filter(([number]) => passesLuhn(number.replace(/\D/g, '')))
    .map(({ index }) => ({
      index,
      message: 'Похоже на полный номер карты. Оставьте последние 4 цифры: {{ карта }}.',
      severity: 'error' as const,
    }))
  return [...named, ...cards]
}

/** 38-ФЗ: one such phrase makes a notice of a payment an advertisement, which needs its own consent. */
export function promoWords(text: string): Finding[] {
  return found(
    text,
    /(?<!\p{L})(?:акци[яиюей]\p{L}*|скидк\p{L}*|скидок|распродаж\p{L}*|промокод\p{L}*|кэшбэк\p{L}*|кешбэк\p{L}*|бонус\p{L}*|розыгрыш\p{L}*|подарок|подарк\p{L}*|приз|призы|выиграйте|успейте|только сегодня|спецпредложени\p{L}*|специальн\p{L}+ предложени\p{L}*|выгодн\p{L}+ цен\p{L}*|лучш\p{L}+ цен\p{L}*|высок\p{L}+ цен\p{L}*|повышенн\p{L}+ цен\p{L}*|привед\p{L}+ друг\p{L}*|привод\p{L}+ друз\p{L}*|пригласи\p{L}* друз\p{L}*|закажите|купите|покупайте|сдавайте)(?!\p{L})/giu,
    (word) =>
      `«${word}» похоже на рекламу (38-ФЗ). Уберите из служебного сообщения или сделайте шаблон рекламным: тогда он уходит только с согласием.`,
  )
}

/** Every channel escapes what it sends, so markup would reach the client as signs. */
export function markup(text: string): Finding[] {
  return found(
    text,
    /<\/?[a-z][a-z0-9]*(?:\s[^<>]*)?>|\*\*[^*\n]{1,200}\*\*|\[[^[\]\n]{1,200}\]\(https?:[^)\n]{1,500}\)/gi,
    (mark) => `Разметка «${mark}» придёт клиенту буквально: текст простой, ссылки — кнопками.`,
    'warning',
  )
}

function found(
  text: string,
  pattern: RegExp,
  message: (match: string) => string,
  severity: Finding['severity'] = 'error',
): Finding[] {
  return [...text.matchAll(pattern)].map((match) => ({ index: match.index, message: message(match[0]), severity }))
}

function passesLuhn(digits: string): boolean {
  let sum = 0
  for (const [index, digit] of [...digits].reverse().entries()) {
    const doubled = index % 2 === 1 ? Number(digit) * 2 : Number(digit)
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return sum % 10 === 0
}
