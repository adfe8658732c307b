/** Whoever asks, and what that lets them read: fixed here, whatever they ask for. */
import { Problem } from '@tallystick/store-agent';
import type { Scope } from '../../access/scopes.ts';
import { noTable } from '../prepare-shape.ts';
import type { ShapeDefinition } from '../shape/definition.ts';
import { type Shown, shownTable } from '../sources/who-may.ts';
import type { Asked } from './ask.ts';

export interface ShapeAsker {
  /** The business client whose rows alone it sees; undefined where it sees everybody's. */
  readonly client: string | undefined;
  readonly scopes: ReadonlySet<Scope>;
  /** Whose shapes are counted together; undefined where they are not. */
  readonly caller?: string;
}

/** What is asked for, and whether each who may reach a cache may have it. */
export interface Permitted extends ShapeDefinition {
  readonly isForAll: boolean;
}

/** What may be asked for, and whose rows it is. @throws Problem */
export function definitionOf(asked: Asked, { client, scopes }: ShapeAsker): Permitted {
  const shown = shownTable(asked.table);
  const scope = shown?.is === 'public' ? shown.table.scope : 'tables:read';
  if (!scopes.has(scope))
    throw new Problem('forbidden', `This needs the scope ${scope}, which the token does not have.`);
  if (shown === undefined || !isFor(shown, client)) throw noTable(asked.table);
  const { table, where, params, columns, replica, log } = asked;
  const isOwn = shown.is === 'public' && !shown.table.isShared;
  const isForAll = shown.is === 'public' && shown.table.of === 'catalogue';
  return { table, where, params, columns, replica, log, client: isOwn ? client : undefined, isForAll };
}

function isFor(shown: Shown, client: string | undefined): boolean {
  if (client === undefined) return true;
  return shown.is === 'public' && (shown.table.isShared || shown.table.owner !== undefined);
}
