/** What tests of other packages use; there is no built form of it. */
export { verifyAudit } from './authority/audit.ts';
export { TestFleet, until } from './authority/fleet.test-kit.ts';
export { CommitUnknown, PgJournal } from './authority/journal.ts';
export { migrate } from './authority/migrate.ts';
export { pgArray } from './authority/pg-array.ts';
export { createTestDatabase } from './authority/postgres/database.test-kit.ts';
export { startEmbedded } from './authority/postgres/embedded.ts';
export { openPool } from './authority/postgres/pool.ts';
/** Brings what vitest's global setup provides: `templateUrl`. */
export type * from './authority/postgres/server.test-kit.ts';
export { NotPrefetched } from './authority/prefetched-view.ts';
export { beginAnew, findPutBack, noteTurn, type PutBack } from './authority/put-back.ts';
export { pgTurnJournal } from './authority/turn-journal.ts';
export { verifyChains } from './authority/verify.ts';
export { FrameReader } from './cli/replay/frame-reader.ts';
export { openApiDocument } from './facade/facade.ts';
export { CartFile, documentOf } from './live/cart-file.ts';
export { Carts } from './live/carts.ts';
export { CartTown } from './live/live.test-kit.ts';
export { RegionProcess } from './live/region-process.test-kit.ts';
export { regionRoutes } from './region/region.ts';
export { Oracle } from './shapes/oracle.test-kit.ts';
