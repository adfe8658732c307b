/** The catalogue channel: what is sold, where and by whom, as it changes. */
import { readText, readUint, writeText, writeUint } from './bytes.ts';
import { type FrameCodecs, NAME_BYTES, readList, writeList } from './field-codec.ts';
import { type CatalogueItem, ITEM_BODY_BYTES_MAX, ITEMS_MAX } from './frames.ts';

export const catalogueCodecs: FrameCodecs<'catalogue' | 'catalogue-seen'> = {
  catalogue: {
    number: 1,
    write(out, frame) {
      writeUint(out, frame.from);
      writeUint(out, frame.to);
      writeList(out, frame.items, (item) => {
        writeText(out, item.kind);
        writeText(out, item.id);
        writeUint(out, item.version);
        writeText(out, item.body ?? '');
      });
    },
    read: (input) => ({
      kind: 'catalogue',
      from: readUint(input),
      to: readUint(input),
      items: readList(input, ITEMS_MAX, (): CatalogueItem => {
        const kind = readText(input, NAME_BYTES);
        const id = readText(input, 512);
        const version = readUint(input);
        const body = readText(input, ITEM_BODY_BYTES_MAX);
        return { kind, id, version, body: body === '' ? null : body };
      }),
    }),
  },
  'catalogue-seen': {
    number: 2,
    write: (out, frame) => writeUint(out, frame.version),
    read: (input) => ({ kind: 'catalogue-seen', version: readUint(input) }),
  },
};
