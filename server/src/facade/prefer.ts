/** The header Prefer (RFC 7240), as far as anything here listens to it. */

/** Whether the caller would rather hear at once that the work was taken on than wait until it is done. */
export function prefersAsync(header: string | string[] | undefined): boolean {
  const text = Array.isArray(header) ? header.join(',') : (header ?? '');
  return text.split(',').some((one) => /^\s*respond-async\s*(;|$)/i.test(one));
}
