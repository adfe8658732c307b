/** A mistake in configuration or in what the operator typed: said in one line, without a trace. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}
