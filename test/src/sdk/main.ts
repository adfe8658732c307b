/** `npm run sdk:types`: writes the SDK's generated types anew. */
import { writeFileSync } from 'node:fs';
import { GENERATED, generateTypes } from './generate.ts';

writeFileSync(GENERATED, await generateTypes());
