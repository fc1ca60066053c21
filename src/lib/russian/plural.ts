export type PluralForms = {
  /** 1, 21, 101: «балл» */
  one: string
  /** 2–4, 22: «балла» */
  few: string
  /** 0, 5–20: «баллов» */
  many: string
  /** Fractions, genitive singular: «1,5 балла». For a single noun it is the same word as `few`. */
  fraction?: string
}

/** The word that stands after this number. A text that is no number takes `many`, as after «много». */
export function plural(decimal: string | number, forms: PluralForms): string {
  const number = Math.abs(Number(decimal))
  if (!Number.isFinite(number)) return forms.many
  switch (rules.select(number)) {
    case 'one':
      return forms.one
    case 'few':
      return forms.few
    case 'many':
      return forms.many
    default:
      return forms.fraction ?? forms.few
  }
}

const rules = new Intl.PluralRules('ru', { maximumFractionDigits: 3 })
