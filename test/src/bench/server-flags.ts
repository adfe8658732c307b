/**
 * Flags of V8 for servers under load, ours and peers alike, as docs/operations.md recommends them: what a request
 * needs lives until its commit, and a small nursery would copy all that is under way again and again.
 */
export const SERVER_FLAGS: readonly string[] = ['--max-semi-space-size=64'];
