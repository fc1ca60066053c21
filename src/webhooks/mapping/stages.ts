import { nameFirst, scalarsIn } from './raw.ts'
import { leavesOf, type Session } from './session.ts'

/** Which stage of how many: in two fields, or in one as «2 из 4». Zero is none. */
export function stagesOf(session: Session): [number | undefined, number | undefined] {
  const text = (field: 'payment.stage' | 'payment.stages') =>
    scalarsIn(leavesOf(session, field)[0]?.value, nameFirst)[0]?.text ?? ''
  const both = /^\s*(\d{1,4})\s*(?:из|\/|of)\s*(\d{1,4})\s*$/i.exec(text('payment.stage').slice(0, 40))
  if (both) return [whole(both[1] ?? ''), whole(both[2] ?? '')]
  return [whole(text('payment.stage')), whole(text('payment.stages'))]
}

function whole(text: string): number | undefined {
  const digits = /^\s*(\d{1,4})(?:[.,]0+)?\s*$/.exec(text.slice(0, 40))?.[1]
  const count = Number(digits ?? 0)
  return count >= 1 && count <= 1000 ? count : undefined
}
