/** Something that is done at a press: under way, done, or refused, in words. */
import { type ReactNode, useState } from 'react';
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

/** A small button that does it. */
export function ActButton({
  act,
  run,
  done,
  isPlain = false,
  children,
}: {
  readonly act: Act;
  readonly run: () => Promise<unknown>;
  /** What to say afterwards. */
  readonly done: string | ((result: unknown) => string);
  readonly isPlain?: boolean;
  readonly children: ReactNode;
}) {
  return (
    <button
      type="button"
      className={`btn small ${isPlain ? 'plain push' : ''}`}
      disabled={act.isBusy}
      onClick={() => void act.run(run, done)}
    >
      {children}
    </button>
  );
}

/** Fields, and the button that sends them; what came of it is said below. */
export function ActForm({
  act,
  run,
  done,
  submit,
  tone = '',
  isRow = false,
  isReady = true,
  children,
}: {
  readonly act: Act;
  readonly run: () => Promise<unknown>;
  /** What to say afterwards. */
  readonly done: string | ((result: unknown) => string);
  /** The words on the button. */
  readonly submit: string;
  readonly tone?: string;
  /** Beside each other, and small. */
  readonly isRow?: boolean;
  readonly isReady?: boolean;
  readonly children: ReactNode;
}) {
  return (
    <form
      className={isRow ? 'row' : 'stack'}
      onSubmit={(event) => {
        event.preventDefault();
        void act.run(run, done);
      }}
    >
      {children}
      <button className={`btn ${tone}`} type="submit" disabled={act.isBusy || !isReady}>
        {submit}
      </button>
      <Said act={act} />
    </form>
  );
}

export function Said({ act: { said } }: { readonly act: Act }) {
  return (
    <p className={said === undefined ? 'hidden' : `note ${said.isWrong ? 'bad' : 'good'}`} role="status">
      {said?.text}
    </p>
  );
}
