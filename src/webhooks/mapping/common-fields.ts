import { list } from './lists.ts'
import type { Profile } from './profile.ts'

export const wrappers = list(`
  data payload body event message object attributes request result params details content
`)

export const tables = list('items positions goods lines rows products materials')

export const containers: Profile['containers'] = {
  client: list(`
    client customer recipient payee beneficiary receiver person seller supplier counterparty contact user
  `),
  operation: list('operation document doc deal order act receipt purchase acceptance'),
  payment: list('payment payout transfer transaction disbursement installment card requisites'),
  bonus: list('bonus bonuses loyalty'),
  branch: list('branch site yard department division office location'),
  consent: list('consent consents'),
}

/** Canonical names (contract §3.2) and the plain English names for the same. */
export const fields: Profile['fields'] = {
  id: list('id eventId messageId notificationId webhookId eventUid eventGuid eventUuid'),
  type: list('type event eventType eventName eventKind kind topic'),
  typeHint: list('action operationType notificationType docType documentType'),
  status: list(`
    @payment.status @payment.state paymentStatus payoutStatus payoutState paymentState status state newStatus
    statusName @operation.paymentStatus @operation.status @operation.state
  `),
  statusCode: list('statusCode bankStatus bankStatusCode bankCode stateCode @payment.code'),
  version: list('version revision dataVersion objectVersion'),
  infobase: list('infobase infobaseId ib ibId sourceId database base'),
  occurredAt: list(`
    occurredAt occurred eventTime eventDate eventAt timestamp happenedAt createdAt created updatedAt statusDate
    statusChangedAt changedAt time.at
  `),
  date: list('date dateTime datetime'),
  time: list('time timeOfDay @payment.time @operation.time'),
  'branch.code': list('@branch.code @branch.id branchCode branchId siteCode'),
  'branch.name': list('@branch.name @branch.title branchName branch site yard department division location'),
  'branch.timezone': list('@branch.timezone @branch.tz branchTimezone timezone timeZone tz'),
  'client.id': list(`
    @client.id @client.guid @client.uuid @client.uid @client.ref @client.externalId @client.clientId @client.code
    clientId clientGuid clientRef customerId recipientId payeeId personId counterpartyId sellerId supplierId
    clientCode
  `),
  'client.phone': list(`
    @client.phone @client.phoneNumber @client.mobile @client.mobilePhone @client.tel @client.phones @client.telephone
    @client.contacts phone clientPhone phoneNumber mobile mobilePhone tel telephone msisdn customerPhone
    recipientPhone contactPhone phones
  `),
  'client.fullName': list(`
    @client.fullName @client.name @client.fio @client.title @client.displayName fullName clientName fio customerName
    recipientName name client customer recipient payee seller person
  `),
  'client.lastName': list('@client.lastName @client.surname @client.familyName lastName surname'),
  'client.firstName': list('@client.firstName @client.givenName firstName'),
  'client.middleName': list('@client.middleName @client.patronymic middleName patronymic'),
  'operation.id': list(`
    @operation.id @operation.guid @operation.uuid @operation.uid @operation.ref @operation.externalId operationId
    documentId documentGuid documentUid documentUuid documentRef docId docGuid docRef dealId orderId externalId guid
    uuid uid ref @payment.id @payment.guid @payment.uuid @payment.externalId payoutId paymentId transactionId
  `),
  'operation.number': list(`
    @operation.number @operation.num @operation.no operationNumber documentNumber docNumber docNum number num
    @payment.number orderNumber actNumber
  `),
  'operation.title': list('@operation.title @operation.name @operation.presentation document operation deal'),
  'operation.date': list(`
    @operation.date @operation.dateTime @operation.createdAt @operation.created operationDate actDate orderDate
  `),
  'operation.amount': list(`
    @operation.amount @operation.sum @operation.total @operation.totalAmount operationAmount documentAmount
    documentSum docSum totalAmount total totalSum amountTotal sumTotal
  `),
  'item.material': list(`
    @item.material @item.materialName @item.metal @item.name @item.title @item.product @item.scrap @item.kind
    @item.type @item.grade material metal scrapType scrapKind metalType materialName
  `),
  'item.materialGenitive': list('@item.materialGenitive @item.metalGenitive materialGenitive metalGenitive'),
  'item.grossKg': list(`
    @item.grossKg @item.gross @item.grossWeight @item.weightGross gross grossWeight weightGross
  `),
  'item.tareKg': list('@item.tareKg @item.tare @item.tareWeight @item.weightTare tare tareWeight weightTare'),
  'item.contaminationPct': list(`
    @item.contaminationPct @item.contamination @item.contaminationPercent @item.dirt @item.impurity contaminationPct
    contamination contaminationPercent impurity
  `),
  'item.netKg': list(`
    @item.netKg @item.net @item.netWeight @item.weightNet @item.weight @item.quantity @item.qty net netWeight
    weightNet weight
  `),
  'item.pricePerKg': list('@item.pricePerKg @item.price @item.unitPrice price unitPrice pricePerKg'),
  'item.amount': list('@item.amount @item.sum @item.total @item.cost'),
  'item.unit': list('@item.unit @item.uom @item.measure weightUnit uom'),
  documentDate: list('documentDate docDate'),
  amount: list('amount sum value money'),
  amountUnit: list(`
    amountUnit moneyUnit sumUnit currencyUnit @payment.unit @payment.amountUnit unit inKopecks isKopecks minorUnits
  `),
  'payment.amount': list(`
    @payment.stageAmount @payment.amount @payment.sum @payment.value paymentAmount payoutAmount
    paymentSum payoutSum paidAmount amountPaid stageAmount installmentAmount payout payment
  `),
  'payment.currency': list('@payment.currency currency currencyCode cur'),
  'payment.method': list(`
    @payment.method @payment.type @payment.channel paymentMethod payoutMethod paymentType method
  `),
  'payment.last4': list(`
    @payment.last4 @payment.cardLast4 @payment.cardMask @payment.mask @payment.maskedPan @payment.pan
    @payment.cardNumber @payment.card last4 cardLast4 cardMask maskedPan cardNumber card pan
  `),
  'payment.stage': list(`
    installment.number installment.index installment.stage stage.number stage.index part.number @payment.stage @payment.installment stage stageNumber installmentNumber part installment
  `),
  'payment.stages': list(`
    installment.total installment.count installment.of stage.total stage.count part.total @payment.stages @payment.installments stages totalStages stagesTotal stageCount installments installmentsTotal
    parts
  `),
  'payment.remaining': list(`
    @payment.remaining @payment.rest @payment.debt @payment.left remaining remainder rest debt left amountLeft
    balanceDue remainingAmount
  `),
  'payment.date': list(`
    @payment.paidAt @payment.date @payment.dateTime @payment.completedAt @payment.executedAt @payment.processedAt
    paidAt paymentDate payoutDate payDate completedAt executedAt creditedAt
  `),
  'payment.nextDate': list('@payment.nextDate nextDate nextPaymentDate nextPayment nextPayoutDate'),
  'payment.dueDate': list(`
    @payment.dueDate @payment.plannedDate @payment.expectedAt dueDate plannedDate expectedDate expectedAt planDate
    newDate
  `),
  'bonus.points': list(`
    @bonus.points @bonus.amount @bonus.sum bonusPoints bonusAmount bonusSum points bonus bonuses
  `),
  'bonus.balance': list('@bonus.balance @bonus.total bonusBalance pointsBalance bonusTotal balance'),
  'bonus.expiresAt': list(`
    @bonus.expiresAt @bonus.expires @bonus.validUntil expiresAt validUntil expires bonusExpiresAt validTo
  `),
  occasion: list('occasion holiday greetingOccasion celebration'),
  reason: list(`
    @payment.reason @payment.failureReason @payment.error @payment.errorMessage @payment.cancellationReason reason
    failureReason errorMessage error declineReason delayReason
  `),
  'consent.advertising': list(`
    @consent.advertising @consent.ads @consent.marketing advertisingConsent adsConsent marketingConsent
    consentAdvertising consent @client.advertisingConsent @client.marketingConsent
  `),
}
