/**
 * The dates that exports of shop systems use: `2010-12-01 08:26:00`, ISO 8601 (`2010-12-01T08:26:00.5+01:00`)
 * and `12/1/2010 8:26`. A date without a zone counts as if it were UTC: see trade.ts.
 */

const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?(Z|[+-]\d\d:?\d\d)?$/;
const SLASHED = /^(\d{1,2})\/(\d{1,2})\/(\d{4})(?: (\d{1,2}):(\d\d)(?::(\d\d))?)?$/;

/** Milliseconds, or undefined if the text is no date. `dayFirst` reads `3/12/2010` as the third of December. */
export function parseTradeDate(text: string, dayFirst = false): number | undefined {
  const iso = ISO.exec(text);
  if (iso !== null) {
    const [, y, mo, d, h = '0', mi = '0', s = '0', fraction = '', zone = ''] = iso;
    const local = wall(Number(y), Number(mo), Number(d), Number(h), Number(mi), Number(s));
    const offsetMs = zoneMs(zone);
    if (local === undefined || offsetMs === undefined) return undefined;
    return local + Number(fraction.padEnd(3, '0').slice(0, 3)) - offsetMs;
  }
  const slashed = SLASHED.exec(text);
  if (slashed === null) return undefined;
  const [, a, b, y, h = '0', mi = '0', s = '0'] = slashed;
  const [month, day] = dayFirst ? [b, a] : [a, b];
  return wall(Number(y), Number(month), Number(day), Number(h), Number(mi), Number(s));
}

/** `Date.UTC` turns the 31st of February into March; here it is no date. */
function wall(y: number, mo: number, d: number, h: number, mi: number, s: number): number | undefined {
  if (y < 1970 || mo < 1 || mo > 12 || d < 1 || h > 23 || mi > 59 || s > 59) return undefined;
  const ms = Date.UTC(y, mo - 1, d, h, mi, s);
  return new Date(ms).getUTCDate() === d ? ms : undefined;
}

function zoneMs(zone: string): number | undefined {
  if (zone === '' || zone === 'Z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(-2));
  if (hours > 14 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}
