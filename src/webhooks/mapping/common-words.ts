import { list } from './lists.ts'
import type { Profile } from './profile.ts'

export const events: Profile['events'] = {
  'operation.accepted': list(`
    accepted operationCreated operation.created created acceptance scrapAccepted scrap.accepted newOperation purchase
    purchase.created deal.created document.created receipt
  `),
  'payout.sent': list('payoutSent sent payment.sent transferSent transfer.sent payment.executed payout.executed'),
  'payout.paid': list(`
    payoutPaid paid payment.paid payment.succeeded payout.succeeded payment.success payout.success payout.completed
    payment.completed credited payment.credited payout.credited paymentReceived
  `),
  'payout.partial': list(`
    payoutPartial partial partialPayment payment.partial partialPayout partially_paid payout.partially_paid
    payment.partially_paid installment.paid installmentPaid stage.paid
  `),
  'payout.delayed': list(`
    payoutDelayed delayed delay payment.delayed payout.delay payment.delay payout.suspended payment.suspended
    payout.on_hold payment.on_hold
  `),
  'payout.failed': list(`
    payoutFailed failed failure payment.failed payout.rejected payment.rejected payout.error payment.error
    payout.canceled payout.cancelled payment.canceled payment.cancelled payout.declined payment.declined
  `),
  'installment.reminder': list(`
    payment.due payment_due payout.reminder
    installmentReminder reminder payment.reminder paymentReminder installment.due installmentDue
  `),
  'bonus.granted': list(`
    bonusGranted bonus bonus.accrued bonus.added bonus.created bonuses.added loyalty.accrued points.added bonusAccrual
    cashback
  `),
  greeting: list('greetings congratulation congratulations birthday holiday'),
  payout: list(`
    payout payment pay transfer disbursement withdrawal payoutEvent payment.event payment.created payout.created
  `),
  change: list(`
    payout.status_changed payment.status_changed status statusChanged status_change statusUpdate status.updated
    payout.updated payment.updated payout.status payment.status updated update changed state_changed document.updated
    operation.updated webhook notification callback
  `),
}

export const statuses: Profile['statuses'] = {
  'operation.accepted': list('created registered scrap_accepted'),
  'payout.sent': list('sent executed implemented transferred sent_to_card in_transit dispatched'),
  'payout.paid': list(`
    paid success successful succeeded succeed completed complete done credited settled confirmed received ok payed
    fully_paid paid_out finished
  `),
  'payout.partial': list(`
    partial partially_paid partly_paid partial_paid part_paid paid_partially partially_completed partial_success
  `),
  'payout.delayed': list(`
    delayed suspended on_hold hold paused postponed stopped frozen unconfirmed not_confirmed
  `),
  'payout.failed': list(`
    failed fail failure error rejected declined cancelled canceled refused denied annulled returned refunded reversed
    expired refusedByBank refusedByAbs requisiteError recall invalid
  `),
  accepted: list('accepted'),
  pending: list(`
    new draft pending processing in_progress waiting queued scheduled planned unpaid not_paid awaiting_payment to_pay
  `),
  silent: list('delivered signed posted deleted'),
}

export const methods: Profile['methods'] = {
  card: list('card bank_card bankCard credit_card debit_card mir visa mastercard'),
  sbp: list('sbp fps faster_payments c2c_sbp'),
  account: list('account bank_account bankAccount bank_transfer bank wire transfer iban'),
  cash: list('cash'),
  other: list('other'),
}
