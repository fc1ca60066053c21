import { testPhoneOf } from '../channels/sandbox/test-phones.ts'
import { type ReceiptNeeds, receive } from './receipts.ts'
import { takeRehearsed } from './store/rehearsed.ts'

/**
 * What the messenger tells later, for the test phones: one receipt a round, through the door that real ones come by.
 * Answers how many were told.
 */
export async function tellReceipts(needs: ReceiptNeeds): Promise<number> {
  let told = 0
  for (const { deliveryId, address, receipts } of await takeRehearsed(needs)) {
    const next = testPhoneOf(address)?.receipts[receipts]
    if (address === undefined || next === undefined) continue
    await receive(needs, {
      channel: 'sandbox',
      address,
      at: new Date(),
      receipt: { kind: 'receipt', deliveryId, ...next },
    })
    told += 1
  }
  return told
}
