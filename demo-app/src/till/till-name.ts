/** Which till this browser is. */
export interface TillName {
  readonly id: string;
  /** Of its parent, where that is not the region that served the page. */
  readonly link?: string;
  /** Needed once. */
  readonly code?: string;
  /** Whether whoever sells signs in with a PIN. Off unless told. */
  readonly signIn?: 'required' | 'off';
  /** Who may sign in, and with what: where everybody at this machine may know. */
  readonly hint?: string;
}

const KEPT = 'tallystick-till';

export function keptTill(): TillName | undefined {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT) ?? 'null') as TillName | null;
    return typeof kept?.id === 'string' ? kept : undefined;
  } catch {
    return undefined;
  }
}

/** All but the code, which is of no use a second time. */
export function keepTill({ code: _, ...name }: TillName): void {
  localStorage.setItem(KEPT, JSON.stringify(name));
}

/** On the machine of `npm start` a browser becomes a till without typing. */
export async function newTillOfLab(): Promise<TillName | undefined> {
  const answer = await fetch('/lab/till', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  }).catch(() => undefined);
  return answer?.ok === true ? ((await answer.json()) as TillName) : undefined;
}
