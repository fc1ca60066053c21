import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { z } from 'zod'
import { importClients } from '../../src/clients/import/run.ts'
import { clientByExternalId, clientsByPhone, consentsOf } from '../../src/clients/store.ts'
import { type Database, openDatabase } from '../../src/db/database.ts'
import { sql } from '../../src/db/sql.ts'
import { testDatabase } from '../support/postgres.ts'
import { suiteScope } from '../support/scope.ts'
import { testEnvironment } from '../support/service.ts'
import { testVault } from '../support/vault.ts'

const vault = testVault()

/** windows-1251, as 1C writes it: node can only read it. */
function cp1251(text: string): Buffer {
  return Buffer.from(
    [...text].map((sign) => {
      const code = sign.codePointAt(0) ?? 0
      if (code < 128) return code
      if (sign === 'ё') return 0xb8
      return code - 0x410 + 0xc0
    }),
  )
}

describe('a file of clients', { timeout: 120_000 }, () => {
  const scope = suiteScope()
  let db: Database
  let url: string
  let folder: string

  before(async () => {
    url = await testDatabase(scope)
    db = openDatabase({ url, max: 5 })
    folder = mkdtempSync(join(tmpdir(), 'vestnik-import-'))
  })
  after(async () => {
    await db.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const run = async (text: string | Buffer, more: { isDryRun?: boolean; again?: boolean } = {}) =>
    await importClients({ db, vault, timezone: 'Europe/Moscow', onProgress: () => {} }, Buffer.from(text), more)
  const count = async (what: 'clients' | 'consents') =>
    (
      await db.one(
        z.object({ n: z.bigint() }),
        what === 'clients' ? sql`select count(*) as n from clients` : sql`select count(*) as n from consents`,
      )
    ).n

  it('Russian and English heads, «;» and «,», UTF-8 with and without BOM and windows-1251 are read alike', async () => {
    const russian = 'Идентификатор;Телефон;ФИО;Площадка;Согласие на сообщения;Дата согласия\r\n'
    const files: [string, string | Buffer][] = [
      ['a', `${russian}a;8 (903) 100-00-01;Иванов Семён;NN-01;да;23.11.2025\r\n`],
      ['b', `\uFEFF${russian}b;79031000002;Иванов Семён;NN-01;да;23.11.2025\r\n`],
      ['c', cp1251(`${russian}c;+79031000003;Иванов Семён;NN-01;да;23.11.2025 00:00\r\n`)],
      ['d', 'external_id,phone,full name,branch,service\n"d","+7 903 100-00-04","Иванов Семён",NN-01,2025-11-23\n'],
    ]
    for (const [id, file] of files) {
      const { good, refused } = await run(file)
      assert.deepEqual([good, refused], [1, []], id)
      const client = await clientByExternalId({ db, vault }, id)
      assert.equal(client?.fullName, 'Иванов Семён', id)
      assert.equal(client.branchCode, 'NN-01')
      assert.match(client.phone ?? '', /^\+7903100000\d$/)
      const [word] = await consentsOf({ db, vault }, client.id)
      assert.deepEqual(
        [word?.purpose, word?.granted, word?.givenBy, word?.at.toISOString()],
        ['service', true, 'api', '2025-11-22T21:00:00.000Z'],
      )
    }
  })

  it('what is wrong is told by its line and cause; the other lines are taken, and a trial takes none', async () => {
    const head = 'Код;Телефон;ФИО;Согласие на рекламу;Дата согласия на рекламу\n'
    const file = `${head}e1;123;А;;\n;;Без всего;;\ne3;+79031000013;В;может быть;\ne4;+79031000014;Г;да;\ne5;;Д;да;31.02.2025\ne6;;Е;да;01.01.2999\ncli_7;;Ж;;\ne8;+79031000018;З;нет;1.2.2025\n`
    const before = await count('clients')
    const trial = await run(file, { isDryRun: true })
    assert.equal(await count('clients'), before)
    const { good, refused } = await run(file)
    assert.deepEqual(trial.refused, refused)
    assert.equal(good, 1)
    assert.deepEqual(
      refused.map(({ line, cause }) => [line, cause.split(':').at(-1)?.trim()]),
      [
        [2, 'цифр 3'],
        [3, 'нет ни идентификатора, ни телефона'],
        [4, 'ожидается «да», «нет» или дата'],
        [5, 'нет даты'],
        [6, 'дату не разобрать, ожидается ДД.ММ.ГГГГ'],
        [7, 'дата в будущем'],
        [8, 'так начинаются наши'],
      ],
    )
    await assert.rejects(run('Что-то;Другое\n1;2\n'), /названия столбцов/)
  })

  it('read twice it changes nothing; several people on one phone stay apart', async () => {
    const file =
      'Код;Телефон;ФИО;Согласие;Дата согласия\nf1;+79031000021;Муж;да;1.2.2025\nf2;+79031000021;Жена;да;1.2.2025\nf1;+79031000021;Муж;да;1.2.2025\n'
    await run(file)
    assert.equal((await clientsByPhone({ db, vault }, '+79031000021')).length, 2)
    const [clients, consents] = [await count('clients'), await count('consents')]
    assert.equal((await run(file)).wasDone, true)
    await run(file, { again: true })
    await run(`${file}\n`)
    assert.deepEqual([await count('clients'), await count('consents')], [clients, consents])
  })

  it('killed in the middle, it goes on from there, and every line is there once', async () => {
    const lines = 6000
    const file = join(folder, 'клиенты.csv')
    const rows = Array.from({ length: lines }, (_, at) => `g${at};+7904${1_000_000 + at};Иванов Иван;да;1.2.2025`)
    writeFileSync(file, ['Код;Телефон;ФИО;Согласие;Дата согласия', ...rows, 'плохая;1;Х;;', ''].join('\n'))
    const command = () =>
      spawn(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', 'import-clients', file], {
        env: { ...process.env, ...testEnvironment(url) },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
    const first = command()
    for await (const chunk of first.stderr) {
      if (/из 6000/.test(String(chunk))) break
    }
    first.kill('SIGKILL')
    await once(first, 'exit')
    const second = command()
    let said = ''
    second.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString()
    })
    const [code] = await once(second, 'close')
    assert.equal(code, 0)
    assert.match(said, /Продолжено после строки \d+\./)
    assert.match(readFileSync(`${file}.ошибки.txt`, 'utf8'), /строка 6002: телефон не разобрать/)
    const { clients, consents } = await db.one(
      z.object({ clients: z.bigint(), consents: z.bigint() }),
      sql`select count(distinct c.id) as clients, count(s.id) as consents
          from clients c left join consents s on s.client_id = c.id where c.external_id like 'g%'`,
    )
    assert.deepEqual([clients, consents], [BigInt(lines), BigInt(lines)])
  })
})
