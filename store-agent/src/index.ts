/** A durable replica: what regions and the authority build on. */
export { Agent } from './agent.ts';
export { hashPin, newPin, pinSchema } from './cashiers/pin.ts';
export { Catalogue } from './catalogue/catalogue.ts';
export * from './catalogue/items.ts';
export {
  readArgs,
  readOptions,
  STOP_WITH_INPUT,
  stopSignal,
  wayOut,
  wholeNumber,
  withPlainErrors,
} from './cli/args.ts';
export { runAgent } from './cli/commands.ts';
export {
  type AgentConfig,
  type AgentSettings,
  moveAgent,
  readAgentConfig,
  settingsSchema,
  writeAgentFile,
} from './config.ts';
export { ConfigError } from './config-error.ts';
export { fencedWriters, type Sales } from './figures.ts';
export { Host } from './host.ts';
export { addressOf, addressSchema, allowList, sourceOf } from './http/addresses.ts';
export * from './http/answers.ts';
export { closeSocketsOf, createApp, LINK_PATH, openLinkDoor, openUpgradeDoor } from './http/app.ts';
export { refuseForeignPages } from './http/foreign-pages.ts';
export { type Facing, fieldsFor } from './http/headers.ts';
export { derivedId, uuidv7 } from './http/ids.ts';
export { lookRoutes } from './http/look-routes.ts';
export * from './http/order-body.ts';
export * from './http/order-status.ts';
export { parse } from './http/parse.ts';
export { personalData } from './http/personal-data.ts';
export {
  type FieldError,
  installProblems,
  jsonPointer,
  Problem,
  problemJson,
  sendProblem,
} from './http/problem.ts';
export { readJson } from './http/read-json.ts';
export { cancelBody, toCancel } from './http/shop-bodies.ts';
export { accepted, order201, shopRoutes } from './http/shop-routes.ts';
export { withHints } from './http/short-items.ts';
export { beforeCutOff, readsAsItComes } from './http/slow-clients.ts';
export { routeUpgrade, takeUpgrade, wantsUpgrade } from './http/upgrade.ts';
export { sendWhole } from './http/whole-answer.ts';
export { letOut, withOthers } from './http/with-others.ts';
export { isSignedBy, openIdentity } from './identity.ts';
export { asJournalError, JournalError, onDisk } from './journal/errors.ts';
export { SqliteJournal } from './journal/journal.ts';
export { makeFolder } from './journal/make-folder.ts';
export { sha256 } from './journal/runs.ts';
export { Witness } from './journal/witness.ts';
export { enrol } from './link/enrol.ts';
export { createLog, type Log, type LogLevel } from './log.ts';
export { nodeMachine } from './machine.ts';
export { type Figure, metricsText } from './metrics.ts';
export { exposed, type RetireResult, retireChild, takeBack, takeBackFormer } from './retire.ts';
export { listen, type Served, serveAgent } from './serve.ts';
export { isHashOf, SLOW_HASH, slowHash } from './slow-hash.ts';
export { DoorTls } from './tls/door-tls.ts';
export { type Done, type GoodsCommand, toKeeper } from './to-keeper.ts';
export { callInTrace, servedInTrace } from './trace/call.ts';
export { startTracing } from './trace/start.ts';
export { currentTrace, traceHeaders } from './trace/trace.ts';
export { words } from './words.ts';
