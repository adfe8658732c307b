/** Where the screens are, once they are built. */
import { join } from 'node:path';

export const BUILT = join(import.meta.dirname, '../../../demo-app/dist/screens');
