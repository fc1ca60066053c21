import { senderKey } from '../driver.ts'

/**
 * What a small company would build in Node-RED instead of vestnik, with care: a pool, statements with parameters, kept-alive
 * connections, formatters made once, 200 after the commit, the same event id told once. No order, no retries, no limits of the
 * bot, no encryption, no queue: what is on its way when it stops is lost.
 */
export const tables = `
  create table clients (id text primary key, phone text not null, full_name text not null, chat_id text not null);
  create table events (id text primary key, client_id text not null references clients, type text not null,
                       received_at timestamptz not null default now(), body jsonb not null);
  create table journal (id bigint generated always as identity primary key, event_id text not null references events,
                        chat_id text not null, text text not null, status text not null, message_id bigint, description text,
                        duration_ms int not null, sent_at timestamptz not null default clock_timestamp());
  create index on journal (event_id);`

const validate = `
if (msg.req.headers.authorization !== 'Bearer ${senderKey}') return answer(401, { code: 'unauthorized' });
const event = msg.payload;
const errors = [];
if (typeof event !== 'object' || event === null || Array.isArray(event)) return answer(400, { code: 'json_invalid' });
if (typeof event.id !== 'string' || event.id.length > 200) errors.push('id');
if (event.type !== 'payout.paid') errors.push('type');
if (Number.isNaN(Date.parse(event.occurredAt))) errors.push('occurredAt');
if (typeof event.client?.id !== 'string') errors.push('client.id');
if (!/^\\+7\\d{10}$/.test(event.client?.phone ?? '')) errors.push('client.phone');
if (typeof event.operation?.items?.[0]?.materialGenitive !== 'string') errors.push('operation.items');
if (!/^\\d+(\\.\\d\\d)?$/.test(event.payment?.amount ?? '')) errors.push('payment.amount');
if (errors.length > 0) return answer(422, { code: 'field_invalid', errors });
return [msg, null];

function answer(status, body) {
  msg.statusCode = status;
  msg.payload = body;
  return [null, msg];
}`

const keep = `
const pool = global.get('pool');
const event = msg.payload;
const { rows: [client] } = await pool.query('select chat_id from clients where id = $1', [event.client.id]);
if (!client) {
  msg.statusCode = 422;
  msg.payload = { code: 'client_unknown' };
  return [msg, null];
}
const { rowCount } = await pool.query(
  'insert into events (id, client_id, type, body) values ($1, $2, $3, $4) on conflict (id) do nothing',
  [event.id, event.client.id, event.type, event]);
msg.statusCode = 200;
msg.payload = { message: 'ok', results: [{ index: 0, id: event.id, status: rowCount === 1 ? 'accepted' : 'duplicate' }] };
return [msg, rowCount === 1 ? { event, chatId: client.chat_id } : null];`

const render = `
const { event, chatId } = msg;
const sum = global.get('money').format(event.payment.amount);
const time = global.get('clock').format(new Date(event.occurredAt));
const text = 'Выплата ' + sum + ' за лом ' + event.operation.items[0].materialGenitive + ' зачислена на карту ' + time +
  ' МСК. Спасибо, что выбираете нашу площадку!';
return { eventId: event.id, chatId, text, startedAt: Date.now(), payload: { chat_id: chatId, text } };`

const journal = `
const { ok, result, description } = msg.payload ?? {};
await global.get('pool').query(
  'insert into journal (event_id, chat_id, text, status, message_id, description, duration_ms) values ($1, $2, $3, $4, $5, $6, $7)',
  [msg.eventId, msg.chatId, msg.text, ok ? 'sent' : 'failed', result?.message_id ?? null, description ?? null, Date.now() - msg.startedAt]);`

const failed = `
if (!msg.res) return null;
msg.statusCode = 503;
msg.payload = { code: 'unavailable' };
return msg;`

/** `flows.json` as the editor writes it. */
export function flow(sendMessage: string): object[] {
  const z = 'payouts'
  let x = 0
  // What has no place on the sheet is taken for a configuration.
  const place = () => {
    x += 180
    return { z, x, y: 100 }
  }
  const work = (id: string, func: string, wires: string[][]) => ({
    id,
    ...place(),
    type: 'function',
    name: id,
    func,
    outputs: wires.length,
    noerr: 0,
    initialize: '',
    finalize: '',
    libs: [],
    wires,
  })
  return [
    { id: z, type: 'tab', label: 'Payouts' },
    {
      id: 'post',
      ...place(),
      type: 'http in',
      name: '',
      url: '/webhooks/1c',
      method: 'post',
      upload: false,
      wires: [['validate']],
    },
    work('validate', validate, [['keep'], ['answer']]),
    work('keep', keep, [['answer'], ['render']]),
    { id: 'answer', ...place(), type: 'http response', name: '', statusCode: '', headers: {}, wires: [] },
    work('render', render, [['send']]),
    {
      id: 'send',
      ...place(),
      type: 'http request',
      name: 'sendMessage',
      method: 'POST',
      ret: 'obj',
      paytoqs: 'ignore',
      url: sendMessage,
      persist: true,
      senderr: false,
      headers: [],
      wires: [['journal']],
    },
    work('journal', journal, [[]]),
    { id: 'catch', ...place(), type: 'catch', name: '', scope: ['keep'], uncaught: false, wires: [['failed']] },
    work('failed', failed, [['answer']]),
  ]
}

/** `settings.js`: those of a fresh Node-RED, with the pool and the formatters that functions may use. */
export function settings(databaseUrl: string, port: number): string {
  return `
const pg = require('pg');
const pool = new pg.Pool({ connectionString: ${JSON.stringify(databaseUrl)}, max: 20 });
pool.on('error', (error) => console.error(error.message));
module.exports = {
  flowFile: 'flows.json', uiHost: '127.0.0.1', uiPort: ${port}, functionExternalModules: true, credentialSecret: 'bench',
  logging: { console: { level: 'info', metrics: false, audit: false } },
  functionGlobalContext: {
    pool,
    money: new Intl.NumberFormat('ru-RU', { style: 'currency', currency: 'RUB', trailingZeroDisplay: 'stripIfInteger' }),
    clock: new Intl.DateTimeFormat('ru-RU', { timeZone: 'Europe/Moscow', hour: '2-digit', minute: '2-digit' }),
  },
};`
}
