/** Which till this browser is. */
export interface TillName {
  readonly id: string;
  /** Needed once. */
  readonly code?: string;
}

const KEPT = 'tallystick-till';

export function keptTill(): TillName | undefined {
  const id = localStorage.getItem(KEPT);
  return id === null ? undefined : { id };
}

export function keepTill(id: string): void {
  localStorage.setItem(KEPT, id);
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
