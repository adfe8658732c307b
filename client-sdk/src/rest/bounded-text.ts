/** Bounded text: an answer is read up to a size, whoever it is that answers. */
import { TallystickError } from '../error.ts';

/** Of an answer in bytes: ten times the largest page that a region gives. */
export const ANSWER_BYTES_MAX = 32 * 1024 * 1024;
/** Of a refusal, or of a token. */
export const REFUSAL_BYTES_MAX = 1024 * 1024;

/** @throws TallystickError `unexpected_answer` where there is more; whatever the body throws where it breaks off */
export async function boundedText(response: Response, bytesMax: number): Promise<string> {
  const reader = response.body?.getReader();
  if (reader === undefined) return '';
  const decoder = new TextDecoder();
  const parts: string[] = [];
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    bytes += value.length;
    if (bytes > bytesMax) {
      await reader.cancel().catch(() => {});
      throw new TallystickError('unexpected_answer', 'The answer is larger than any that a region gives.', {
        status: response.status,
      });
    }
    parts.push(decoder.decode(value, { stream: true }));
  }
  parts.push(decoder.decode());
  return parts.join('');
}
