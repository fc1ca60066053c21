import type { Axis, Mark, Spec } from 'vega'
import type { Drawing } from './points.ts'

/** Colours are the dashboard's own (frame/style.ts), so that a chart is light or dark with its page. */
const text: Pick<Axis, 'labelColor' | 'labelFont' | 'labelFontSize' | 'aria'> = {
  labelColor: 'var(--muted)',
  labelFont: font(),
  labelFontSize: 12,
  aria: false,
}
const line = 'var(--line)'
/** Below this width the letters need more of it. */
const narrow = 500

function font(): string {
  return 'system-ui, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", Arial, sans-serif'
}

/** A drawing in the words of Vega: bars or lines over days, lying bars for everything that has a name. */
export function specOf(drawing: Drawing, width: number): Spec {
  const body = drawing.isByDay ? overDays(drawing, width) : lyingBars(drawing, width)
  return {
    width,
    height: drawing.isByDay ? Math.round(Math.max(220, width * 0.28)) : heightOfBars(drawing, width),
    padding: 4,
    autosize: { type: 'fit', contains: 'padding' },
    background: 'transparent',
    ...body,
    scales: [
      ...(body.scales ?? []),
      {
        name: 'color',
        type: 'ordinal',
        domain: drawing.series.map((each) => each.title),
        range: drawing.series.map((each) => `var(--${each.tone})`),
      },
    ],
    legends: [
      {
        [drawing.isByDay && drawing.kind === 'grouped' ? 'stroke' : 'fill']: 'color',
        orient: 'top',
        direction: 'horizontal',
        columns: width < narrow ? 1 : 0,
        symbolType: drawing.isByDay && drawing.kind === 'grouped' ? 'stroke' : 'square',
        symbolStrokeWidth: 3,
        labelColor: 'var(--text)',
        labelFont: font(),
        labelFontSize: 12,
        labelLimit: width < narrow ? 190 : 320,
        aria: false,
      },
    ],
  }
}

function heightOfBars({ kind, xs, series }: Drawing, width: number): number {
  const ofOne = kind === 'stacked' ? 26 : 12 * series.length + 10
  return 70 + (width < narrow ? 18 * series.length : 0) + ofOne * xs.length
}

function numbersAxis({ axis, isShare }: Drawing, orient: 'left' | 'bottom', width: number): Axis {
  return {
    orient,
    scale: 'y',
    grid: true,
    gridColor: line,
    domain: false,
    ticks: false,
    tickCount: width < narrow ? 3 : 5,
    labelOverlap: 'greedy',
    format: isShare ? '.0%' : ',~f',
    ...(axis === '' || isShare
      ? {}
      : { title: axis, titleColor: 'var(--muted)', titleFont: font(), titleFontWeight: 'normal' }),
    ...text,
  }
}

/** The points, and the two axes they lie on: `x` for days or names, `y` for numbers. */
function namesAndNumbers(
  { kind, xs, points }: Drawing,
  along: 'width' | 'height',
  across: 'width' | 'height',
): Required<Pick<Spec, 'data' | 'scales'>> {
  const isStacked = kind === 'stacked'
  return {
    data: [
      {
        name: 'points',
        values: [...points],
        transform: isStacked ? [{ type: 'stack', groupby: ['x'], field: 'value' }] : [],
      },
    ],
    scales: [
      { name: 'x', type: 'band', domain: [...xs], range: along, padding: 0.22 },
      {
        name: 'y',
        type: 'linear',
        domain: { data: 'points', field: isStacked ? 'y1' : 'value' },
        range: across,
        nice: true,
        zero: true,
      },
    ],
  }
}

function overDays(drawing: Drawing, width: number): Pick<Spec, 'data' | 'scales' | 'axes' | 'marks'> {
  return {
    ...namesAndNumbers(drawing, 'width', 'height'),
    axes: [
      {
        orient: 'bottom',
        scale: 'x',
        labelOverlap: 'parity',
        labelSeparation: 6,
        domainColor: line,
        ticks: false,
        ...text,
      },
      numbersAxis(drawing, 'left', width),
    ],
    marks: drawing.kind === 'stacked' ? [standingBars] : [lines],
  }
}

const standingBars: Mark = {
  type: 'rect',
  from: { data: 'points' },
  encode: {
    enter: {
      x: { scale: 'x', field: 'x' },
      width: { scale: 'x', band: 1 },
      y: { scale: 'y', field: 'y0' },
      y2: { scale: 'y', field: 'y1' },
      fill: { scale: 'color', field: 'series' },
    },
  },
}

const lines: Mark = {
  type: 'group',
  from: { facet: { name: 'line', data: 'points', groupby: 'series' } },
  marks: [
    {
      type: 'line',
      from: { data: 'line' },
      encode: {
        enter: {
          x: { scale: 'x', field: 'x', band: 0.5 },
          y: { scale: 'y', field: 'value' },
          stroke: { scale: 'color', field: 'series' },
          strokeWidth: { value: 2.5 },
        },
      },
    },
    {
      type: 'symbol',
      from: { data: 'line' },
      encode: {
        enter: {
          x: { scale: 'x', field: 'x', band: 0.5 },
          y: { scale: 'y', field: 'value' },
          fill: { scale: 'color', field: 'series' },
          size: { value: 22 },
        },
      },
    },
  ],
}

function lyingBars(drawing: Drawing, width: number): Pick<Spec, 'data' | 'scales' | 'axes' | 'marks'> {
  const titles = drawing.series.map((each) => each.title)
  return {
    ...namesAndNumbers(drawing, 'height', 'width'),
    axes: [
      {
        orient: 'left',
        scale: 'x',
        domain: false,
        ticks: false,
        labelLimit: width < narrow ? 110 : 240,
        labelPadding: 6,
        ...text,
      },
      numbersAxis(drawing, 'bottom', width),
    ],
    marks: drawing.kind === 'stacked' ? [lyingStack] : [lyingGroup(titles)],
  }
}

const lyingStack: Mark = {
  type: 'rect',
  from: { data: 'points' },
  encode: {
    enter: {
      y: { scale: 'x', field: 'x' },
      height: { scale: 'x', band: 1 },
      x: { scale: 'y', field: 'y0' },
      x2: { scale: 'y', field: 'y1' },
      fill: { scale: 'color', field: 'series' },
    },
  },
}

/** Within each name one bar under another. */
function lyingGroup(titles: readonly string[]): Mark {
  return {
    type: 'group',
    from: { facet: { name: 'group', data: 'points', groupby: 'x' } },
    encode: { enter: { y: { scale: 'x', field: 'x' } } },
    signals: [{ name: 'height', update: "bandwidth('x')" }],
    scales: [{ name: 'inner', type: 'band', domain: [...titles], range: 'height', padding: 0.1 }],
    marks: [
      {
        type: 'rect',
        from: { data: 'group' },
        encode: {
          enter: {
            y: { scale: 'inner', field: 'series' },
            height: { scale: 'inner', band: 1 },
            x: { scale: 'y', value: 0 },
            x2: { scale: 'y', field: 'value' },
            fill: { scale: 'color', field: 'series' },
          },
        },
      },
    ],
  }
}
