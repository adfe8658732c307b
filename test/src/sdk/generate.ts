/** The SDK's types of REST calls and events, made by a public generator from the document that every region serves. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openApiDocument } from '@tallystick/server/test-kit';
import openapiTS, { astToString } from 'openapi-typescript';

const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));
export const GENERATED = join(REPOSITORY, 'client-sdk/src/generated/openapi.ts');

const HEADER = `/**
 * Generated from the OpenAPI document of a region: \`npm run sdk:types\` writes it anew, and a test fails
 * where it is not what the document says. Without the refusals: each of them is a TallystickError.
 */
`;

type Operations = Record<string, { responses?: Record<string, unknown>; 'x-gives-secret'?: boolean }>;

export async function generateTypes(): Promise<string> {
  // A copy: the generator notes in the document what it has seen.
  const document = JSON.parse(JSON.stringify(openApiDocument())) as {
    paths: Record<string, Operations>;
    webhooks: Record<string, Operations>;
  };
  for (const path of [...Object.values(document.paths), ...Object.values(document.webhooks)]) {
    for (const { responses = {} } of Object.values(path))
      for (const status of Object.keys(responses)) if (!/^20\d$/.test(status)) delete responses[status];
  }
  const secrets = Object.entries(document.paths).flatMap(([path, { post }]) =>
    post?.['x-gives-secret'] === true ? [`    ${JSON.stringify(path)},\n`] : [],
  );
  return `${HEADER}${astToString(await openapiTS(document as never))}
/** POSTs whose answer shows a secret once, and that make another one when they are asked again. */
export const GIVES_SECRET: readonly string[] = [
${secrets.join('')}];
`;
}
