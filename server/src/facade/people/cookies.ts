/** Cookies: no script reads them, and no other site sends them along with anything that changes something. */
import type { FastifyReply, FastifyRequest } from 'fastify';

export interface Cookie {
  readonly name: string;
  /** Seconds; 0 takes it away. */
  readonly maxAgeS: number;
}

/** Under https the prefix binds it to this very host, whatever its neighbours set. */
function cookieName(base: string, name: string): string {
  return base.startsWith('https:') ? `__Host-${name}` : name;
}

export function setCookie(reply: FastifyReply, base: string, { name, maxAgeS }: Cookie, value: string): void {
  const secure = base.startsWith('https:') ? '; Secure' : '';
  // Lax and not Strict: whoever comes back from the provider comes from another site.
  const text = `${cookieName(base, name)}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${maxAgeS}${secure}`;
  const before = reply.getHeader('set-cookie') as string[] | undefined;
  reply.removeHeader('set-cookie');
  reply.header('set-cookie', [...(before ?? []), text]);
}

/** What a cookie says, if it is one of ours; a name that stands twice says nothing. */
export function cookieIn({ headers }: FastifyRequest, base: string, name: string): string | undefined {
  const prefix = `${cookieName(base, name)}=`;
  const found = (headers.cookie ?? '').split(/; */).filter((part) => part.startsWith(prefix));
  const value = found.length === 1 ? found[0]?.slice(prefix.length) : undefined;
  return value !== undefined && /^[\w-]{43}$/.test(value) ? value : undefined;
}

/** Whether a page of ours asks. A browser says where a request comes from; what does not say it is no browser, and has tokens. */
export function isFromOwnPage({ headers }: FastifyRequest, base: string): boolean {
  if (headers.origin !== undefined) return headers.origin === new URL(base).origin;
  return headers['sec-fetch-site'] === 'same-origin';
}
