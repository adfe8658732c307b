/** What calls on versioned things have in common: they are read from a copy that knows its age, and patched by who has read them. */

/** Anybody may keep it, and asks each time whether it is still so. */
export const CATALOGUE_CACHE = 'public, max-age=0, must-revalidate';

/** A patch, as every resource with versions takes it. */
export const MERGE_PATCH = {
  method: 'PATCH',
  description: 'A JSON merge patch (RFC 7396): fields that are named are replaced, `null` takes one out.',
  bodyTypes: ['application/json', 'application/merge-patch+json'],
  ifMatch: 'needed',
} as const;

/** What an answer says of a thing that was made. */
export const MADE_HEADERS = ['etag', 'location', 'idempotent-replayed'] as const;
