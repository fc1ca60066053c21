import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { parse } from 'yaml'
import { z } from 'zod'
import { createMetrics } from '../../src/http/metrics.ts'

const known = z
  .array(z.object({ name: z.string(), help: z.string(), type: z.string(), labelNames: z.array(z.string()) }))
  .parse(createMetrics().registry.getMetricsAsArray())

const alertRules = z
  .object({
    groups: z.array(
      z.object({
        rules: z.array(
          z.object({
            alert: z.string(),
            expr: z.string(),
            labels: z.object({ severity: z.enum(['critical', 'warning']) }),
            annotations: z.object({ summary: z.string().regex(/[а-я]/), action: z.string().min(10) }),
          }),
        ),
      }),
    ),
  })
  .parse(parse(read('deploy/prometheus/rules.yml')))
  .groups.flatMap(({ rules }) => rules)

const panels = z
  .object({
    uid: z.literal('vestnik'),
    panels: z.array(z.object({ title: z.string(), targets: z.array(z.object({ expr: z.string() })).min(1) })),
  })
  .parse(JSON.parse(read('deploy/grafana/dashboards/vestnik.json'))).panels

const asked = [
  ...alertRules.map(({ alert, expr }) => [`alert ${alert}`, expr] as const),
  ...panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [`panel «${title}»`, expr] as const)),
]

describe('the metrics', () => {
  it('each stand in docs/ru/metriki.md, with their labels, and nothing else does', () => {
    const rows = read('docs/ru/metriki.md')
      .split('\n')
      .filter((line) => line.startsWith('| `'))
    const documented = rows.flatMap((row) =>
      [...(row.split('|')[1] ?? '').matchAll(/`([a-z]+_\w+)`/g)].map((found) => found[1] ?? ''),
    )
    assert.deepEqual(documented.toSorted(), known.map(({ name }) => name).toSorted())
    for (const { name, labelNames } of known.filter((each) => each.name.startsWith('vestnik_'))) {
      const row = rows.find((each) => each.startsWith(`| \`${name}\` |`)) ?? ''
      const labels = [...(row.split('|')[2] ?? '').matchAll(/`(\w+)`/g)].map((found) => found[1])
      assert.deepEqual(labels, labelNames, name)
    }
  })

  it('that rules and the dashboard ask for are there, by the labels that they have', () => {
    assert.ok(alertRules.length > 8 && panels.length > 15)
    for (const [who, expr] of asked) {
      const found = [...expr.matchAll(/\b((?:vestnik|process|nodejs)_\w+|up\b)(?:\{([^}]*)\})?/g)]
      assert.ok(found.length > 0, `${who} asks for something`)
      for (const [, name = '', conditions = ''] of found) {
        const metric = metricOf(name)
        assert.ok(metric, `${who} asks for ${name}, which is not there`)
        const labels = [...conditions.matchAll(/(\w+)\s*[=!]/g)].map((each) => each[1] ?? '')
        const strange = labels.filter((each) => ![...metric.labelNames, 'job', 'role', 'instance'].includes(each))
        assert.deepEqual(strange, [], `${who} asks ${name} for ${strange.join(', ')}`)
      }
    }
  })

  it('have an alert for what must not go unseen', () => {
    const all = alertRules.map(({ expr }) => expr).join('\n')
    for (const name of [
      'up{',
      'vestnik_oldest_due_seconds',
      'vestnik_channel_turns_total',
      'vestnik_outgoing_webhooks_disabled_total',
    ])
      assert.ok(all.includes(name), name)
  })
})

/** A histogram is asked for by its parts. */
function metricOf(name: string): { labelNames: string[] } | undefined {
  if (name === 'up') return { labelNames: [] }
  const whole = name.replace(/_(bucket|sum|count)$/, '')
  return known.find((each) => each.name === name || (each.name === whole && each.type === 'histogram'))
}

function read(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
}
