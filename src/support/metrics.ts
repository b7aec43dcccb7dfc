/** Labels by name, in the order in which they are shown. Their values come from closed sets, never from a client. */
export type MetricLabels = Readonly<Record<string, string>>;

/** One line of a metric. */
export interface Sample {
  /** Appended to the metric's name: a histogram has several lines. */
  readonly suffix?: '_bucket' | '_sum' | '_count';
  readonly labels?: MetricLabels;
  readonly value: number;
}

/** A metric with all its lines. */
export interface MetricFamily {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly samples: readonly Sample[];
}

/** A number for each set of labels, which only grows. */
export interface Counter {
  add(labels: MetricLabels, by?: number): void;
  samples(): readonly Sample[];
}

/** For each set of labels: how many observations there were in all, and up to each bound. */
export interface Histogram {
  observe(labels: MetricLabels, value: number): void;
  samples(): readonly Sample[];
}

export function counter(): Counter {
  const series = new Map<string, { readonly labels: MetricLabels; value: number }>();
  return {
    add(labels, by = 1) {
      const key = JSON.stringify(labels);
      const one = series.get(key) ?? { labels, value: 0 };
      one.value += by;
      series.set(key, one);
    },
    samples: () => [...series.values()].map(({ labels, value }) => ({ labels, value })),
  };
}

/** @param bounds - upper bounds of the buckets, ascending; the last bucket, `+Inf`, is not among them */
export function histogram(bounds: readonly number[]): Histogram {
  const series = new Map<string, { readonly labels: MetricLabels; readonly buckets: number[]; sum: number }>();
  return {
    observe(labels, value) {
      const key = JSON.stringify(labels);
      const one = series.get(key) ?? { labels, buckets: Array.from({ length: bounds.length + 1 }, () => 0), sum: 0 };
      const bucket = bounds.findIndex((bound) => value <= bound);
      const index = bucket === -1 ? bounds.length : bucket;
      one.buckets[index] = (one.buckets[index] ?? 0) + 1;
      one.sum += value;
      series.set(key, one);
    },
    samples: () =>
      [...series.values()].flatMap(({ labels, buckets, sum }): readonly Sample[] => {
        let count = 0;
        const lines = buckets.map((added, index): Sample => {
          count += added;
          const le = numberText(bounds[index] ?? Infinity);
          return { suffix: '_bucket', labels: { ...labels, le }, value: count };
        });
        return [...lines, { suffix: '_sum', labels, value: sum }, { suffix: '_count', labels, value: count }];
      }),
  };
}

/** Prometheus' text format 0.0.4, as its content type names it. */
export const EXPOSITION_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Writes metrics in Prometheus' text format (prometheus.io/docs/instrumenting/exposition_formats). */
export function exposition(families: readonly MetricFamily[]): string {
  return families
    .map(({ name, type, help, samples }) => {
      const head = [`# HELP ${name} ${escaped(help)}`, `# TYPE ${name} ${type}`];
      const lines = samples.map(
        ({ suffix = '', labels = {}, value }) => `${name}${suffix}${labelsText(labels)} ${numberText(value)}`,
      );
      return [...head, ...lines].map((line) => `${line}\n`).join('');
    })
    .join('');
}

function labelsText(labels: MetricLabels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value).replaceAll('"', '\\"')}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');

const numberText = (value: number): string =>
  value === Infinity ? '+Inf' : value === -Infinity ? '-Inf' : String(value);
