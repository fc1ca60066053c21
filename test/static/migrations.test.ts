import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type Danger, dangersIn, indexDangersIn, rules } from './migration-rules.ts'

const folder = fileURLToPath(new URL('../../migrations', import.meta.url))
const names = readdirSync(folder).sort()
const text = (name: string) => readFileSync(join(folder, name), 'utf8')

/** Databases out there have run these: another text under the same name would reach none of them. */
const released: Record<string, string> = {
  '0001_base.sql': '16eb885c4ac2dc39638938c0a6956abd86e6d951f73a7e880c5a21a10ac6f1d2',
  '0002_sources.sql': 'b8ec8a870aec193a04690a52cacbfbbe15fc713326914d493d572c7a6e5f1624',
  '0003_keys_branches.sql': 'e91f62bc654f483809829c5a5eab687d92ceb2d298f0ffd869767395cdd2f310',
  '0004_branding.sql': '5fc8b6f42ccfabf373c11cc8e6196294ffb31e5e648ef4df724988ac819554e6',
  '0005_templates.sql': 'faee56b8d727e28a2e958a2f640b323a7897b50b9bf7fb9153d5f9ab05e6be5d',
  '0006_schedule.sql': '28827821afbf168f64c1f712ce373836fed4f5eebc8314149cf16d235bce3dfa',
  '0007_routing.sql': '9b184244c848a7cc7b092c473aa6ba53c906fee864810088b4e70d28231df422',
  '0009_linking.sql': '6eba6399ccf2c1320b97ecb3fa0b9c581fa30044b28ef514d1ef8110868a0d82',
  '0010_bot.sql': '7dd0a313bf5dfb382ea6ab285c81558a0175d7597e4325401e9aff72720561ce',
  '0011_privacy.sql': 'a848f342efb7bda6cf660976a10c9dd46be1c3b81a1f9c4be463ba2837a126b1',
  '0012_operator.sql': '52939886ec87ff9181ac78619f366ef3896bd088585bad646a457329934f3386',
  '0013_operator_search.sql': 'aecdc5ec4013c4f76e9fcacc0ee93a07b5556fb8aea5085724780fdbe0220fb2',
  '0014_reports.sql': '55674ad4b26f879dbe7e6cba3087ae9c91e2a7c9ee5423dc161eecacde2aaeac',
  '0014_reports_indices.sql': '5a42242b47a9684168ba23ed570afd0353d0c114ed417425e1fb2ffbbbd083f6',
  '0015_operation.sql': '848528fb1881cb331cd6d03031c8a39d67977b2f70ea201cf6c883aeb0990efb',
  '0016_erasure_aliases.sql': '060351b72d5787423659a8335c5ffc3a8e86aee0c5914dd057c2e1ec63de7451',
  '0017_deliveries_ways.sql': '9c8732d4f0ad0bd2d7f415f5f3782c01a3e97fe14cd121b9ef7fa2cbf0a2ba7d',
  '0018_deliveries_expiring.sql': '4a69edf4b82c8c9f7f47837fa5bd980301f1a31a0cb4cc1b870fcd22ccc32559',
  '0019_deliveries_due.sql': 'b4e874c69d7ab785cde65997167a4d0b6f0f567e1b14231b90d60e3c2d3f79b6',
}

describe('the migrations', () => {
  it('that were released are as they were released', () => {
    for (const [name, hash] of Object.entries(released))
      assert.equal(createHash('sha256').update(text(name)).digest('hex'), hash, `${name}: add a new migration instead`)
  })

  it('have names that sort in the order in which they run', () => {
    assert.ok(
      names.every((each) => /^\d{4}_[a-z0-9_]+\.sql$/.test(each)),
      names.join(),
    )
  })

  it('do nothing that the version which still runs would not survive, or say why it does', () => {
    const dangers = dangersOf(
      names.filter((each) => each > '0008'),
      dangersIn,
    )
    assert.deepEqual(dangers, [], `\n${dangers.join('\n')}\nOr write above it: -- safe: why`)
  })

  it('build an index on a table of millions while messages are written', () => {
    const dangers = dangersOf(
      names.filter((each) => released[each] === undefined),
      indexDangersIn,
    )
    assert.deepEqual(dangers, [], `\n${dangers.join('\n')}`)
  })

  for (const [statement, rule] of [
    ['drop table events;', 'drop'],
    ['alter table events drop column seq;', 'drop'],
    ['alter table events rename column seq to number;', 'rename'],
    ['alter table events rename to facts;', 'rename'],
    ['alter table events alter column stage type bigint;', 'type'],
    ['alter table events alter column stage set not null;', 'not null'],
    ['alter table events add column a int not null;', 'not null'],
    ['alter table events\n  add column a int,\n  add column b text not null;', 'not null'],
    ['create index events_a on events (a);', 'index'],
    ['create unique index on events (a);', 'index'],
    ['alter table events add constraint a check (stage > 0);', 'constraint'],
    ['update events set stage = 1;', 'update'],
    ['drop index concurrently if exists events_type;', 'enum or trigger'],
    ['drop trigger a on events;', 'enum or trigger'],
    ['create table mine (a int);\ncreate index on mine (a);\nalter table events drop column seq;', 'drop'],
  ] as const) {
    it(`are seen to break with «${statement.replace(/\s+/g, ' ')}»`, () => {
      assert.deepEqual(
        dangersIn(statement).map((each) => each.rule),
        [rule],
      )
    })
  }

  const dropped = 'drop index concurrently if exists events_a;\n'
  for (const [text, found] of [
    [
      '-- safe: we shall build it by hand before the update.\ncreate index if not exists events_a on events (a);',
      ['big index'],
    ],
    ['alter table deliveries add column a int;\ncreate index on deliveries (a);', ['big index']],
    ['create index concurrently events_a on events (a);', ['concurrently']],
    [`${dropped}create index concurrently if not exists events_a on events (a);`, ['concurrently']],
    [
      `${dropped}create index concurrently events_a on events (a);\nalter table events add column b int;`,
      ['concurrently'],
    ],
    ['drop index concurrently if exists a;\ncreate index concurrently a on attempts (a);', ['partitioned']],
    [`-- by branch\n${dropped}create unique index concurrently events_a\n  on events (a)\n  where a > 0;`, []],
    ['create table mine (a int);\ncreate index on mine (a);', []],
  ] as const) {
    it(`are ${found.length > 0 ? `refused for ${found}` : 'let through'}: «${text.replace(/\s+/g, ' ')}»`, () => {
      assert.deepEqual(
        indexDangersIn(text).map((each) => each.rule),
        found,
      )
    })
  }

  it('may do what harms nobody', () => {
    assert.deepEqual(
      dangersIn(`
        create table mine (a int not null);
        create index mine_a on mine (a);
        alter table mine add constraint a check (a > 0);
        alter table events add column b int, add column c boolean not null default false;
        alter table events alter column payload drop not null;
        alter table events add constraint d check (stage > 0) not valid;
        create index concurrently events_b on events (b);
        drop index concurrently if exists events_c;
        create index concurrently events_c on events (c);
        create function f() returns int language plpgsql as $$
        begin
          update events set stage = 1;
          return 1;
        end $$;
        -- safe: the table is empty before this release.
        drop index events_unplanned;
        insert into settings values ('a', '1');`),
      [],
    )
  })
})

function dangersOf(files: readonly string[], read: (text: string) => Danger[]): string[] {
  return files.flatMap((name) =>
    read(text(name)).map(({ line, rule, statement }) => `${name}:${line} ${statement}\n    ${rule}: ${rules[rule]}`),
  )
}
