/** A PIN: typed, or tapped on keys as large as fingers; and what is said of a wrong one. */
import { TallystickError } from '@tallystick/client-sdk';
import { useEffect, useState } from 'react';
import { durationText, wrongText } from '../ui/words.ts';

const DIGITS = ['1', '2', '3', '4', '5', '6', '7', '8', '9'] as const;
const LENGTH_MAX = 12;

export function PinField({
  label,
  pin,
  onPin,
  isFocused = false,
}: {
  readonly label: string;
  readonly pin: string;
  readonly onPin: (pin: string) => void;
  readonly isFocused?: boolean;
}) {
  return (
    <label className="field">
      <span>{label}</span>
      <input
        className="input pin"
        type="password"
        inputMode="numeric"
        autoComplete="off"
        required
        pattern="\d{4,12}"
        title="4 to 12 digits"
        maxLength={LENGTH_MAX}
        value={pin}
        // biome-ignore lint/a11y/noAutofocus: whoever chose their name types their PIN next, and nothing else
        autoFocus={isFocused}
        onChange={(event) => onPin(event.target.value.replace(/\D/g, ''))}
      />
    </label>
  );
}

/** The field and the keys of a screen where nothing else is to be done. */
export function PinPad({ pin, onPin }: { readonly pin: string; readonly onPin: (pin: string) => void }) {
  const add = (digit: string) => onPin((pin + digit).slice(0, LENGTH_MAX));
  return (
    <div className="pad-keys">
      {DIGITS.map((digit) => (
        <button key={digit} type="button" className="btn" onClick={() => add(digit)}>
          {digit}
        </button>
      ))}
      <button
        type="button"
        className="btn"
        aria-label="Delete the last digit"
        onClick={() => onPin(pin.slice(0, -1))}
      >
        ⌫
      </button>
      <button type="button" className="btn" onClick={() => add('0')}>
        0
      </button>
      <button type="submit" className="btn main">
        OK
      </button>
    </div>
  );
}

export interface PinRefused {
  readonly who: string;
  readonly error: unknown;
  readonly atMs: number;
}

/** Kindly, and with how long it is until the next try. */
export function WrongPin({ refused }: { readonly refused: PinRefused | undefined }) {
  const left = useLeft(refused);
  return (
    <p className={refused === undefined ? 'hidden' : 'note warn'} role="alert">
      {refused !== undefined && wrongPinText(refused, left)}
    </p>
  );
}

function wrongPinText({ who, error }: PinRefused, leftMs: number): string {
  const code = error instanceof TallystickError ? error.code : '';
  if (code === 'rate_limited')
    return leftMs > 0
      ? `Those were too many wrong PINs. ${who} can try again in ${durationText(leftMs)}. Until then somebody else can sign in; a manager can give ${who} a new PIN.`
      : `${who} can try again now.`;
  if (code === 'unauthenticated') return `That is not the PIN of ${who}. Please try again.`;
  if (code === 'forbidden') return `${who} is no manager here. Ask one.`;
  return wrongText(error);
}

function useLeft(refused: PinRefused | undefined): number {
  const [nowMs, setNowMs] = useState(0);
  const waitMs = refused?.error instanceof TallystickError ? (refused.error.retryAfterMs ?? 0) : 0;
  useEffect(() => {
    if (waitMs === 0) return;
    setNowMs(Date.now());
    const timer = setInterval(() => setNowMs(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [waitMs]);
  return refused === undefined ? 0 : Math.max(0, refused.atMs + waitMs - Math.max(nowMs, refused.atMs));
}
