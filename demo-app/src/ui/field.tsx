/** A labelled line to type into. */
import type { InputHTMLAttributes } from 'react';

export function Field({
  label,
  value,
  onText,
  isGrowing = false,
  ...input
}: Omit<InputHTMLAttributes<HTMLInputElement>, 'value' | 'onChange' | 'className'> & {
  readonly label: string;
  readonly value: string;
  readonly onText: (text: string) => void;
  /** It takes what room there is in a row. */
  readonly isGrowing?: boolean;
}) {
  return (
    <label className={isGrowing ? 'field grow' : 'field'}>
      <span>{label}</span>
      <input {...input} className="input" value={value} onChange={(event) => onText(event.target.value)} />
    </label>
  );
}
