/** The loop around a replica and its link up: the same for a shop's server and for a till in a browser. */
export * from './calls.ts';
export * from './engine.ts';
export * from './engine-events.ts';
export * from './enrol.ts';
export * from './gathering.ts';
export * from './journal-image.ts';
export * from './log-base.ts';
export * from './machine.ts';
export * from './parent-link.ts';
export * from './past-image.ts';
export * from './proofs.ts';
export * from './refused-turn.ts';
export * from './settled-notes.ts';
export * from './turn-journal.ts';
export * from './turn-log.ts';
