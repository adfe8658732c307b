/** What a door said to a request, and what every problem has in common (RFC 9457). */
import { expect } from 'vitest';

export interface Said {
  readonly status: number;
  readonly type: string | null;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

export async function said(response: Response): Promise<Said> {
  const { status, headers } = response;
  const type = headers.get('content-type');
  return { status, type, headers, body: (await response.json()) as Record<string, unknown> };
}

/** A problem in words for the one who asked, and nothing about the program behind it. */
export function expectProblem(answer: Said, status: number, code: string): void {
  expect(answer.body).toMatchObject({ status, code, title: expect.any(String), detail: expect.any(String) });
  expect(answer).toMatchObject({ status, type: 'application/problem+json' });
  expect(JSON.stringify(answer.body)).not.toMatch(/\.ts:|node_modules|\n\s+at /);
}
