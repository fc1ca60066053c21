import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

export type Metrics = ReturnType<typeof createMetrics>

/** Every metric of the service. Labels hold words of our own lists only, never anything of a client. */
export function createMetrics() {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  return {
    registry,
    httpRequests: new Histogram({
      name: 'vestnik_http_request_seconds',
      help: 'Time to answer a request, by route and status',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
      registers,
    }),
    events: new Counter({
      name: 'vestnik_events_total',
      help: 'Events posted, by source and what the intake answered',
      labelNames: ['source', 'status'],
      registers,
    }),
    planned: new Counter({
      name: 'vestnik_notifications_planned_total',
      help: 'Notifications planned, by state and reason',
      labelNames: ['type', 'state', 'reason'],
      registers,
    }),
    schedules: new Counter({
      name: 'vestnik_schedules_total',
      help: 'Reminders of instalments planned, turned into events, and cancelled by reason',
      labelNames: ['state', 'reason'],
      registers,
    }),
    attempts: new Histogram({
      name: 'vestnik_attempt_seconds',
      help: 'Time of one call to a messenger, by outcome',
      labelNames: ['channel', 'outcome'],
      buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    }),
    notNoted: new Counter({
      name: 'vestnik_answers_not_noted_total',
      help: 'Answers of messengers that the database did not take at once; kept two minutes and offered again',
      labelNames: ['channel'],
      registers,
    }),
    deliveryJobs: new Counter({
      name: 'vestnik_delivery_jobs_total',
      help: 'Delivery jobs, by what they came to',
      labelNames: ['channel', 'result'],
      registers,
    }),
    updates: new Counter({
      name: 'vestnik_updates_total',
      help: 'Updates of messengers, by kind; ignored: a call that brought nothing of use, such as a kind we do not know',
      labelNames: ['channel', 'kind'],
      registers,
    }),
    links: new Counter({
      name: 'vestnik_links_total',
      help: 'Attempts of chats to be linked, by way and result; many refused or limited ones are somebody who guesses',
      labelNames: ['way', 'result'],
      registers,
    }),
    caughtUp: new Counter({
      name: 'vestnik_notifications_caught_up_total',
      help: 'Money messages told after a link or a consent that could not be told before it',
      registers,
    }),
    botAnswers: new Counter({
      name: 'vestnik_bot_answers_total',
      help: 'Answers of the bot: sent, failed, muted by the mode or the law, no_budget',
      labelNames: ['channel', 'result'],
      registers,
    }),
    botRefused: new Counter({
      name: 'vestnik_bot_refused_total',
      help: 'What the bot refused quietly: a press that is not of its chat, a flood',
      labelNames: ['channel', 'why'],
      registers,
    }),
    taps: new Counter({
      name: 'vestnik_taps_total',
      help: 'Taps on links in messages: counted, preview (a bot or a prefetch), unknown',
      labelNames: ['result'],
      registers,
    }),
    receipts: new Counter({
      name: 'vestnik_receipts_total',
      help: 'What messengers told later about messages: taken, delivered, read, failed',
      labelNames: ['channel', 'state'],
      registers,
    }),
    queueTrouble: new Counter({
      name: 'vestnik_queue_trouble_total',
      help: 'Times the queue could not be told of work; the sweep makes up for it',
      registers,
    }),
    outgoing: new Counter({
      name: 'vestnik_outgoing_webhooks_total',
      help: 'Calls of outgoing webhooks, by whether the receiver took them',
      labelNames: ['result'],
      registers,
    }),
    outgoingDisabled: new Counter({
      name: 'vestnik_outgoing_webhooks_disabled_total',
      help: 'Outgoing webhooks that were switched off, by reason: an alert',
      labelNames: ['reason'],
      registers,
    }),
    channelTurns: new Counter({
      name: 'vestnik_channel_turns_total',
      help: 'How often a channel as a whole went down or came up again',
      labelNames: ['channel', 'turn'],
      registers,
    }),
    waysWorking: new Gauge({
      name: 'vestnik_channel_ways_working',
      help: 'Proxies through which this process reaches a messenger, by its last look; 0: none lets anything through',
      labelNames: ['channel'],
      registers,
    }),
    wayChanges: new Counter({
      name: 'vestnik_channel_way_changes_total',
      help: 'How often this process took another proxy to a messenger, or saw one fail or come back',
      labelNames: ['channel'],
      registers,
    }),
    moved: new Counter({
      name: 'vestnik_deliveries_moved_total',
      help: 'Messages that left a channel for another one (or for none), by channels and reason',
      labelNames: ['from', 'to', 'reason'],
      registers,
    }),
    swept: new Counter({
      name: 'vestnik_swept_total',
      help: 'What the sweep had to do, by kind',
      labelNames: ['kind'],
      registers,
    }),
    journalSealed: new Counter({
      name: 'vestnik_journal_sealed_total',
      help: 'Rows of the journal that were bound into its chain of hashes',
      registers,
    }),
    undecided: new Gauge({
      name: 'vestnik_deliveries_undecided',
      help: 'Deliveries on their way, by state; measured by the sweep',
      labelNames: ['state'],
      registers,
    }),
    oldestDue: new Gauge({
      name: 'vestnik_oldest_due_seconds',
      help: 'How long the oldest due delivery has been waiting; measured by the sweep',
      registers,
    }),
  }
}
