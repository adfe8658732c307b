/** Metrics in the Prometheus text format: a name, a help line, a value. */
export interface Figure {
  readonly name: string;
  readonly help: string;
  readonly kind: 'counter' | 'gauge';
  readonly value: number;
}

export function metricsText(figures: readonly Figure[]): string {
  return figures
    .map(({ name, help, kind, value }) => {
      const full = `tallystick_${name}`;
      return `# HELP ${full} ${help}\n# TYPE ${full} ${kind}\n${full} ${value}\n`;
    })
    .join('');
}
