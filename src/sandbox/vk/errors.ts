/** The one version of the API that the emulator speaks; older ones down to 5.81 are taken for it. */
export const apiVersion = '5.199'

/** An answer of VK that is an error: it comes with HTTP 200. */
export class ApiError extends Error {
  readonly error: number

  constructor(error: number, message: string = messages[error] ?? 'Unknown error occurred') {
    super(message)
    this.error = error
  }
}

/** In VK's own words: errors.json of VKCOM/vk-api-schema. */
const messages: Record<number, string> = {
  1: 'Unknown error occurred',
  3: 'Unknown method passed',
  6: 'Too many requests per second',
  7: 'Permission to perform this action is denied',
  9: 'Flood control',
  10: 'Internal server error: Unknown error, try later',
  14: 'Captcha needed',
  15: 'Access denied: no access to call this method',
  18: 'User was deleted or banned',
  27: 'Group authorization failed: method is unavailable with group auth.',
  29: 'Rate limit reached',
  36: 'Method execution was interrupted due to timeout',
  900: "Can't send messages for users from blacklist",
  901: "Can't send messages for users without permission",
  902: "Can't send messages to this user due to their privacy settings",
  911: 'Keyboard format is invalid',
  912: 'This is a chat bot feature, change this status in settings',
  914: 'Message is too long',
  936: 'Contact not found',
  1117: 'Access token has expired',
}

export function wrongParameter(what: string): ApiError {
  return new ApiError(100, `One of the parameters specified was missing or invalid: ${what}`)
}
