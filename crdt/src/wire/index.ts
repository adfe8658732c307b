/** The link protocol: frames, their byte form, versions and error codes. */
export * from './bytes.ts';
export * from './error-codes.ts';
export * from './frame-codec.ts';
export * from './frames.ts';
export * from './negotiate.ts';
export * from './slices.ts';
