/** An answer of the Bot API that is no success: HTTP status, and `{code, message}`. */
export class ApiError extends Error {
  readonly status: number
  readonly code: string
  readonly retryAfterS: number | undefined

  constructor(status: number, code: string, message: string, retryAfterS?: number) {
    super(message)
    this.status = status
    this.code = code
    this.retryAfterS = retryAfterS
  }
}

/** What MAX says of a request that is not what its schema asks for. */
export function badPayload(message: string): ApiError {
  return new ApiError(400, 'proto.payload', message)
}
