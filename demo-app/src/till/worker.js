/**
 * The till's worker: keeps the page and its parts on the device, so that it opens without a network.
 *
 * Parts carry a hash in their names and never change: what is kept is right. The page itself is asked for first, and
 * taken from here when nobody answers. Calls are none of its business.
 */
const FILES = [
  /* files */
];
const KEPT = `till-${FILES.join('').length}-${FILES.at(0) ?? ''}`;
const PAGE = '/till';

self.addEventListener('install', (event) => {
  event.waitUntil(
    caches.open(KEPT).then(async (cache) => {
      await cache.addAll([PAGE, '/till.webmanifest', '/icon.svg', ...FILES]);
      await self.skipWaiting();
    }),
  );
});

self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches.keys().then(async (names) => {
      await Promise.all(names.filter((name) => name !== KEPT).map((name) => caches.delete(name)));
      await self.clients.claim();
    }),
  );
});

self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (event.request.mode === 'navigate' && url.pathname === PAGE) event.respondWith(page());
  else if (/^\/(assets\/|icon\.svg$|till\.webmanifest$)/.test(url.pathname))
    event.respondWith(kept(event.request).then((found) => found ?? fetch(event.request)));
});

async function page() {
  try {
    const fresh = await fetch(PAGE, { signal: AbortSignal.timeout(3_000) });
    if (fresh.ok) return fresh;
  } catch {
    // No network: what is kept opens.
  }
  return (await kept(PAGE)) ?? Response.error();
}

/**
 * Parts are the same whoever asks. A region that lets pages of elsewhere call it says `vary: origin` with all it serves,
 * and a part that the page asks for has another origin than one that was kept for it.
 */
function kept(request) {
  return caches.match(request, { ignoreVary: true });
}
