/** An error as the Graph API words it. */
export class ApiError extends Error {
  readonly code: number
  readonly status: number
  readonly details: string
  readonly subcode: number | undefined
  readonly retryAfterS: number | undefined

  constructor(code: number, status: number, details: string, more: { subcode?: number; retryAfterS?: number } = {}) {
    super(`(#${code}) ${titles[code] ?? 'Error'}`)
    this.code = code
    this.status = status
    this.details = details
    this.subcode = more.subcode
    this.retryAfterS = more.retryAfterS
  }
}

export const titles: Record<number, string> = {
  33: 'Parameter value is not valid',
  100: 'Invalid parameter',
  190: 'Access token has expired',
  130429: 'Rate limit hit',
  131008: 'Required parameter is missing',
  131009: 'Parameter value is not valid',
  131026: 'Message undeliverable',
  131047: 'Re-engagement message',
  131056: '(Business Account, Consumer Account) pair rate limit hit',
  132000: 'Number of parameters does not match the expected number of params',
  132001: 'Template name does not exist in the translation',
  132012: 'Parameter format does not match format in the created template',
  132015: 'Template is paused',
  132016: 'Template is disabled',
  132018: 'Template parameter has an issue',
}

export function errorBody({ message, code, details, subcode }: ApiError): object {
  return {
    error: {
      message,
      type: 'OAuthException',
      code,
      ...(subcode !== undefined && { error_subcode: subcode }),
      error_data: { messaging_product: 'whatsapp', details },
      fbtrace_id: 'Aemulator',
    },
  }
}
