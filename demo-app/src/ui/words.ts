/** Numbers, money and times as people read them. */
/** Some systems name a language that browsers do not know. */
const LOCALE = (() => {
  try {
    return new Intl.NumberFormat(navigator.language).resolvedOptions().locale;
  } catch {
    return 'en';
  }
})();

export interface Money {
  readonly amountMinor: number;
  readonly currency: string;
}

const formats = new Map<string, Intl.NumberFormat>();

export function moneyText({ amountMinor, currency }: Money): string {
  let format = formats.get(currency);
  if (format === undefined) {
    format = new Intl.NumberFormat(LOCALE, { style: 'currency', currency });
    formats.set(currency, format);
  }
  const { maximumFractionDigits = 2 } = format.resolvedOptions();
  return format.format(amountMinor / 10 ** maximumFractionDigits);
}

const whole = new Intl.NumberFormat(LOCALE);
export const count = (n: number) => whole.format(n);
export const units = (n: number, one = 'unit', many = `${one}s`) => `${count(n)} ${n === 1 ? one : many}`;

const clock = new Intl.DateTimeFormat(LOCALE, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const day = new Intl.DateTimeFormat(LOCALE, { day: 'numeric', month: 'short' });

const hours = new Intl.DateTimeFormat(LOCALE, { hour: '2-digit', minute: '2-digit' });

/** Hours and minutes, and seconds where it is not a whole minute. */
export const clockText = (ms: number) => (ms % 60_000 === 0 ? hours : clock).format(ms);

/** The time alone where it was today. */
export function timeText(iso: string, now = new Date()): string {
  const at = new Date(iso);
  const time = clock.format(at);
  return at.toDateString() === now.toDateString() ? time : `${day.format(at)}, ${time}`;
}

const date = new Intl.DateTimeFormat(LOCALE, { day: 'numeric', month: 'short', year: 'numeric' });

/** On what is printed, which is read on another day. */
export const dateText = (ms: number) => date.format(ms);

/** How long ago, roughly: "just now", "40 s", "12 min", "3 h", "5 d". */
export function ageText(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1_000));
  if (s < 5) return 'just now';
  if (s < 60) return `${s} s ago`;
  if (s < 3_600) return `${Math.round(s / 60)} min ago`;
  if (s < 86_400) return `${Math.round(s / 3_600)} h ago`;
  return `${Math.round(s / 86_400)} d ago`;
}

/** How long something lasts, rounded up: "40 s", "2 min". */
export function durationText(ms: number): string {
  const s = Math.ceil(ms / 1_000);
  return s < 120 ? `${s} s` : `${Math.ceil(s / 60)} min`;
}

export const nameOf = (names: Readonly<Record<string, string>>): string => {
  for (const wanted of navigator.languages) {
    const name = names[wanted] ?? names[wanted.split('-')[0] ?? ''];
    if (name !== undefined) return name;
  }
  return names.en ?? Object.values(names)[0] ?? '';
};

/** What went wrong, in a sentence that names nothing technical where there is nothing to be done about it. */
export function wrongText(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  if (code === 'region_unreachable') return 'The line is down. This page comes back by itself.';
  if (code === 'authority_unreachable')
    return 'The books cannot be reached now. Selling goes on; this comes back by itself.';
  return message ?? 'Something went wrong.';
}
