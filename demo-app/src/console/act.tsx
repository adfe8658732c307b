/** Something that is done at a press: under way, done, or refused, in words. */
import { useState } from 'react';
import { wrongText } from '../ui/words.ts';

export interface Act {
  readonly isBusy: boolean;
  readonly said: { readonly isWrong: boolean; readonly text: string } | undefined;
  /** @param done what to say afterwards */
  readonly run: (act: () => Promise<unknown>, done: string | ((result: unknown) => string)) => Promise<void>;
}

export function useAct(): Act {
  const [isBusy, setBusy] = useState(false);
  const [said, setSaid] = useState<Act['said']>();
  const run: Act['run'] = async (act, done) => {
    setBusy(true);
    setSaid(undefined);
    try {
      const result = await act();
      setSaid({ isWrong: false, text: typeof done === 'string' ? done : done(result) });
    } catch (error) {
      setSaid({ isWrong: true, text: wrongText(error) });
    } finally {
      setBusy(false);
    }
  };
  return { isBusy, said, run };
}

export function Said({ act: { said } }: { readonly act: Act }) {
  return (
    <p className={said === undefined ? 'hidden' : `note ${said.isWrong ? 'bad' : 'good'}`} role="status">
      {said?.text}
    </p>
  );
}
