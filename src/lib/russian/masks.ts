/** «•••• 4321» */
export function cardTail(last4: string): string {
  return `•••• ${last4.slice(-4)}`
}

/** «+7 903 •••-••-67»: enough to recognise one's own number, too little to dial it. */
export function maskedPhone(e164: string): string {
  const digits = e164.replace(/\D/g, '')
  if (digits.length < 8) return '•••'
  if (digits.length === 11 && digits.startsWith('7')) {
    return `+7 ${digits.slice(1, 4)} •••-••-${digits.slice(-2)}`
  }
  return `+${digits.slice(0, 3)} ••• ${digits.slice(-2)}`
}
