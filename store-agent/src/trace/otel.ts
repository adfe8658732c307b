/**
 * Spans to a collector, by OpenTelemetry. Loaded only where an endpoint is configured, by the variables that every
 * OpenTelemetry program reads: OTEL_EXPORTER_OTLP_ENDPOINT or OTEL_EXPORTER_OTLP_TRACES_ENDPOINT say where to (OTLP over
 * HTTP), OTEL_EXPORTER_OTLP_HEADERS with what, OTEL_TRACES_SAMPLER how many.
 */
import { createTraceState, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { Trace, Tracer } from './trace.ts';

/** @param service what the program is called there */
export function otelTracer(service: string): Tracer {
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({
      'service.name': process.env.OTEL_SERVICE_NAME ?? 'tallystick',
      'service.instance.id': service,
    }),
    // What a collector that is slow or away leaves behind is bounded: 2,048 spans, then they are dropped.
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  });
  const tracer = provider.getTracer('tallystick');
  return {
    begin(name, kind, parent, attributes) {
      const context =
        parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, remote(parent));
      const span = tracer.startSpan(
        name,
        { kind: kind === 'asked' ? SpanKind.SERVER : SpanKind.CLIENT, attributes },
        context,
      );
      const { traceId, spanId, traceFlags, traceState } = span.spanContext();
      const state = traceState?.serialize() ?? '';
      return {
        trace: { traceId, spanId, flags: traceFlags & 1, ...(state === '' ? {} : { state }) },
        end(more = {}, problem) {
          span.setAttributes(more);
          if (problem !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: problem });
          span.end();
        },
      };
    },
    stop: () => provider.shutdown(),
  };
}

function remote({ traceId, spanId, flags, state }: Trace) {
  const noted = state === undefined ? {} : { traceState: createTraceState(state) };
  return { traceId, spanId, traceFlags: flags, isRemote: true, ...noted };
}
