/** Starts to export spans, where somebody said where to. */
import type { Log } from '../log.ts';
import { useTracer } from './trace.ts';

/** A collector that does not answer keeps no program from ending. */
const STOP_MS = 2_000;

/**
 * Reads the environment once, at the start of a program.
 * @returns sends what was not sent yet; never rejects
 */
export async function startTracing(service: string, log: Log): Promise<() => Promise<void>> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: all, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: traces } = process.env;
  const isOff = process.env.OTEL_SDK_DISABLED === 'true' || process.env.OTEL_TRACES_EXPORTER === 'none';
  if (isOff || (all ?? traces ?? '') === '') return async () => undefined;
  const { otelTracer } = await import('./otel.ts');
  const tracer = otelTracer(service);
  useTracer(tracer);
  log.info('spans are exported to the configured endpoint');
  return async () => {
    const late = new Promise<void>((resolve) => setTimeout(resolve, STOP_MS).unref());
    await Promise.race([tracer.stop().catch(() => undefined), late]);
  };
}
